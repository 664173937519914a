"""A vector of floats for numba: what its own vectoriser leaves scalar, a kernel can say in vectors.

The type lowers to LLVM's <LANES x float>; a handful of operations keep accumulators in registers. LANES follows the
widest registers of this processor, as numba sees it (`NUMBA_CPU_FEATURES` can hide some).
"""

import os
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from firmware.pipeline._jit import COMPILED


def _lanes() -> int:
    """16 floats with AVX-512, 8 with AVX2, 4 elsewhere (NEON, SSE); without the compiler each step is slow: many."""
    if not COMPILED:
        return 64
    told = os.environ.get("NUMBA_CPU_FEATURES")
    features = told if told is not None else llvm.get_host_cpu_features().flatten()
    names = set(features.split(","))
    if "+avx512f" in names:
        return 16
    return 8 if "+avx2" in names else 4


LANES = _lanes()
"""Floats in this processor's widest vector."""

EIGHT = 8
"""Floats in the vectors whose operations end in 8: one row of a block, in one register or several."""


class FloatVector(types.Type):
    """The numba type of a vector of so many float32."""

    def __init__(self, lanes: int) -> None:
        super().__init__(name=f"float32x{lanes}")
        self.llvm = ir.VectorType(ir.FloatType(), lanes)


@register_model(FloatVector)
class _FloatVectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, kind.llvm)


def _pointer(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Where in a flat array: the first two arguments of a load or store. No index counts from the end."""
    at = context.cast(builder, args[1], signature.args[1], types.intp)
    return builder.gep(context.make_array(signature.args[0])(context, builder, args[0]).data, [at])


def _vector_pointer(context: Any, builder: Any, signature: Any, args: Any, vector: Any) -> Any:
    return builder.bitcast(_pointer(context, builder, signature, args), vector.as_pointer())


def _splat(builder: Any, scalar: Any, vector: Any) -> Any:
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, scalar, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(first, nothing, zeros)


def _load(kind: FloatVector) -> Any:
    @intrinsic
    def load(_: Any, array: Any, index: Any) -> Any:
        """So many floats of a flat array from `index` on."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.load(_vector_pointer(context, builder, signature, args, kind.llvm), align=4)

        return kind(array, index), codegen

    return load


def _store(kind: FloatVector) -> Any:
    @intrinsic
    def store(_: Any, array: Any, index: Any, vector: Any) -> Any:
        """Write a vector into a flat array from `index` on."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            builder.store(args[2], _vector_pointer(context, builder, signature, args, kind.llvm), align=4)
            return context.get_dummy_value()

        return types.void(array, index, vector), codegen

    return store


def _broadcast(kind: FloatVector) -> Any:
    @intrinsic
    def broadcast(_: Any, scalar: Any) -> Any:
        """A vector of the same float over and over."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return _splat(builder, context.cast(builder, args[0], signature.args[0], types.float32), kind.llvm)

        return kind(scalar), codegen

    return broadcast


def _spread(kind: FloatVector) -> Any:
    @intrinsic
    def spread(_: Any, array: Any, index: Any) -> Any:
        """A vector of one float of a flat array over and over."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return _splat(builder, builder.load(_pointer(context, builder, signature, args)), kind.llvm)

        return kind(array, index), codegen

    return spread


def _multiply_add(kind: FloatVector) -> Any:
    @intrinsic
    def multiply_add(_: Any, vector: Any, factor: Any, accumulator: Any) -> Any:
        """Vector * factor + accumulator, all vectors."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            # Not llvm.fma: without the instruction that is a library call for each float
            product = builder.fmul(args[0], args[1], flags=("contract",))
            return builder.fadd(product, args[2], flags=("contract",))

        return kind(vector, factor, accumulator), codegen

    return multiply_add


def _at_least(kind: FloatVector) -> Any:
    @intrinsic
    def at_least(_: Any, vector: Any, least: Any) -> Any:
        """The larger of each float and a scalar."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            function = ir.FunctionType(kind.llvm, [kind.llvm, kind.llvm])
            name = f"llvm.maxnum.v{kind.llvm.count}f32"
            maximum = cgutils.get_or_insert_function(builder.module, function, name)
            return builder.call(maximum, [args[0], _splat(builder, args[1], kind.llvm)])

        return kind(vector, least), codegen

    return at_least


def _total(kind: FloatVector) -> Any:
    @intrinsic
    def total(_: Any, vector: Any) -> Any:
        """The sum of a vector's floats."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            function = ir.FunctionType(ir.FloatType(), [ir.FloatType(), kind.llvm])
            name = f"llvm.vector.reduce.fadd.v{kind.llvm.count}f32"
            reduce = cgutils.get_or_insert_function(builder.module, function, name)
            return builder.call(reduce, [ir.Constant(ir.FloatType(), 0.0), args[0]], fastmath=("reassoc",))

        return types.float32(vector), codegen

    return total


class _Plain:
    """The same operations on slices of numpy's; here a vector that reaches past an array's end is an error."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes

    def load(self, array: Any, index: int) -> Any:
        if not 0 <= index <= array.size - self.lanes:
            raise IndexError(f"{self.lanes} floats from {index} on are not all in an array of {array.size}")
        return array[index : index + self.lanes]

    def store(self, array: Any, index: int, vector: Any) -> None:
        self.load(array, index)[:] = vector

    def spread(self, array: Any, index: int) -> Any:
        return self.broadcast(array[index])

    def broadcast(self, scalar: Any) -> Any:
        return np.full(self.lanes, scalar, np.float32)

    def multiply_add(self, vector: Any, factor: Any, accumulator: Any) -> Any:
        return vector * factor + accumulator

    def at_least(self, vector: Any, least: Any) -> Any:
        return np.maximum(vector, least)

    def total(self, vector: Any) -> Any:
        return vector.sum()


class _Compiled:
    def __init__(self, lanes: int) -> None:
        kind = FloatVector(lanes)
        self.load, self.store, self.spread, self.broadcast = _load(kind), _store(kind), _spread(kind), _broadcast(kind)
        self.multiply_add, self.at_least, self.total = _multiply_add(kind), _at_least(kind), _total(kind)


_widest, _eight = (_Compiled(lanes) if COMPILED else _Plain(lanes) for lanes in (LANES, EIGHT))

load, store, spread, broadcast = _widest.load, _widest.store, _widest.spread, _widest.broadcast
multiply_add, at_least = _widest.multiply_add, _widest.at_least
load8, store8, spread8, broadcast8 = _eight.load, _eight.store, _eight.spread, _eight.broadcast
multiply_add8, total8 = _eight.multiply_add, _eight.total
