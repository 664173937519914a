"""A vector of floats for numba: what its own vectoriser leaves scalar, a kernel can say in vectors.

The type lowers to LLVM's <LANES x float>; a handful of operations keep accumulators in registers. LANES follows the
widest registers of this processor, as numba sees it (`NUMBA_CPU_FEATURES` can hide some).
"""

import os
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model


def _lanes() -> int:
    """16 floats with AVX-512, 8 with AVX2, 4 elsewhere (NEON, SSE)."""
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


def _pointer(context: Any, builder: Any, signature: Any, args: Any, vector: Any) -> Any:
    """Where a vector begins in a flat array: the first two arguments of a load or store."""
    at = context.cast(builder, args[1], signature.args[1], types.intp)
    data = context.make_array(signature.args[0])(context, builder, args[0]).data
    return builder.bitcast(builder.gep(data, [at]), vector.as_pointer())


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
            return builder.load(_pointer(context, builder, signature, args, kind.llvm), align=4)

        return kind(array, index), codegen

    return load


def _store(kind: FloatVector) -> Any:
    @intrinsic
    def store(_: Any, array: Any, index: Any, vector: Any) -> Any:
        """Write a vector into a flat array from `index` on."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            builder.store(args[2], _pointer(context, builder, signature, args, kind.llvm), align=4)
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


def _multiply_add(kind: FloatVector) -> Any:
    @intrinsic
    def multiply_add(_: Any, vector: Any, scalar: Any, accumulator: Any) -> Any:
        """Vector * scalar + accumulator, fused where the processor can."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            # Not llvm.fma: without the instruction that is a library call for each float
            factor = context.cast(builder, args[1], signature.args[1], types.float32)
            product = builder.fmul(args[0], _splat(builder, factor, kind.llvm), flags=("contract",))
            return builder.fadd(product, args[2], flags=("contract",))

        return kind(vector, scalar, accumulator), codegen

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


_widest, _eight = FloatVector(LANES), FloatVector(EIGHT)

load, store, broadcast = _load(_widest), _store(_widest), _broadcast(_widest)
multiply_add, at_least = _multiply_add(_widest), _at_least(_widest)
load8, store8, broadcast8 = _load(_eight), _store(_eight), _broadcast(_eight)
multiply_add8 = _multiply_add(_eight)
