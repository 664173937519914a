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
_VECTOR = ir.VectorType(ir.FloatType(), LANES)


class FloatVector(types.Type):
    """The numba type of a vector of LANES float32."""

    def __init__(self) -> None:
        super().__init__(name=f"float32x{LANES}")


float_vector = FloatVector()


@register_model(FloatVector)
class _FloatVectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), _VECTOR.as_pointer())


def _splat(builder: Any, scalar: Any) -> Any:
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, scalar, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


@intrinsic
def load(_: Any, array: Any, index: Any) -> Any:
    """LANES floats of a flat array from `index` on."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        at = context.cast(builder, args[1], signature.args[1], types.intp)
        return builder.load(_pointer(context, builder, signature.args[0], args[0], at), align=4)

    return float_vector(array, index), codegen


@intrinsic
def store(_: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write LANES floats into a flat array from `index` on."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        at = context.cast(builder, args[1], signature.args[1], types.intp)
        builder.store(args[2], _pointer(context, builder, signature.args[0], args[0], at), align=4)
        return context.get_dummy_value()

    return types.void(array, index, vector), codegen


@intrinsic
def broadcast(_: Any, scalar: Any) -> Any:
    """A vector of LANES times the same float."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _splat(builder, context.cast(builder, args[0], signature.args[0], types.float32))

    return float_vector(scalar), codegen


@intrinsic
def multiply_add(_: Any, vector: Any, scalar: Any, accumulator: Any) -> Any:
    """Vector * scalar + accumulator, fused where the processor can."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        # Not llvm.fma: without the instruction that is a library call for each float
        product = builder.fmul(args[0], _splat(builder, args[1]), flags=("contract",))
        return builder.fadd(product, args[2], flags=("contract",))

    return float_vector(vector, scalar, accumulator), codegen


@intrinsic
def at_least(_: Any, vector: Any, least: Any) -> Any:
    """The larger of each float and a scalar."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR, _VECTOR])
        maximum = cgutils.get_or_insert_function(builder.module, kind, f"llvm.maxnum.v{LANES}f32")
        return builder.call(maximum, [args[0], _splat(builder, args[1])])

    return float_vector(vector, least), codegen
