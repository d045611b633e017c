package io.flotilla.hardware.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.ModelTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a model takes and gives, and the check of what a caller brings. All checks are ours, before
 * anything native is made, so that the sentence is ours too.
 *
 * @param inputs by name, in the model's order
 * @param outputs by name, in the model's order
 */
record Signature(Map<String, ModelTensor> inputs, Map<String, ModelTensor> outputs) {
  Signature {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  /** Asks the session. */
  static Signature of(OrtSession session) throws OrtException {
    return new Signature(tensors(session.getInputInfo()), tensors(session.getOutputInfo()));
  }

  /** Checks names, types and shapes of a run. */
  void check(Map<String, Tensor> given) {
    checkNames(given.keySet());
    for (ModelTensor input : inputs.values()) {
      Tensor tensor = given.get(input.name());
      if (tensor == null) {
        continue; // checkNames has found every name
      }
      if (tensor.type() != input.type()) {
        throw invalid(
            "the model takes %s and was given the type %s".formatted(input, tensor.type()));
      }
      checkShape(input, tensor.shape());
    }
  }

  /** Checks names and shapes to pin. */
  void checkShapes(Map<String, List<Long>> given) {
    checkNames(given.keySet());
    given.forEach((name, shape) -> checkShape(input(name), shape));
  }

  /** The input of this name. */
  ModelTensor input(String name) {
    return named(inputs, name, "input");
  }

  /** The output of this name. */
  ModelTensor output(String name) {
    return named(outputs, name, "output");
  }

  private static ModelTensor named(Map<String, ModelTensor> tensors, String name, String role) {
    ModelTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw invalid("the model has no %s '%s'; it has %s".formatted(role, name, tensors.values()));
    }
    return tensor;
  }

  private void checkNames(Set<String> given) {
    given.forEach(this::input);
    for (ModelTensor input : inputs.values()) {
      if (!given.contains(input.name())) {
        throw invalid("the model needs the input %s, which was not given".formatted(input));
      }
    }
  }

  private static void checkShape(ModelTensor input, List<Long> shape) {
    if (!input.admits(shape)) {
      throw invalid("the model takes %s and was given the shape %s".formatted(input, shape));
    }
    try {
      byteSize(input.type(), shape);
    } catch (FlotillaException e) {
      throw new FlotillaException(
          e.code(),
          "the model takes %s and was given too much: %s".formatted(input, e.getMessage()),
          e);
    }
  }

  /** Bytes of a tensor, which must fit one buffer. */
  static int byteSize(ElementType type, List<Long> shape) {
    long bytes = Tensor.elements(shape) * type.bytes();
    if (bytes > Integer.MAX_VALUE) {
      throw invalid("a tensor %s%s has more bytes than one buffer holds".formatted(type, shape));
    }
    return (int) bytes;
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
  }

  private static Map<String, ModelTensor> tensors(Map<String, NodeInfo> infos) {
    Map<String, ModelTensor> tensors = new LinkedHashMap<>();
    infos.forEach((name, info) -> tensors.put(name, tensor(name, info)));
    return tensors;
  }

  private static ModelTensor tensor(String name, NodeInfo node) {
    if (!(node.getInfo() instanceof TensorInfo info)) {
      throw unsupported(name, "no dense tensor");
    }
    long[] lengths = info.getShape();
    String[] symbols = info.getDimensionNames();
    List<Dimension> shape = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      shape.add(ModelTensor.dimension(lengths[i], symbols[i]));
    }
    return new ModelTensor(name, elementType(name, info.type), shape);
  }

  private static ElementType elementType(String name, OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> ElementType.FP32;
      case DOUBLE -> ElementType.FP64;
      case INT8 -> ElementType.INT8;
      case INT16 -> ElementType.INT16;
      case INT32 -> ElementType.INT32;
      case INT64 -> ElementType.INT64;
      case UINT8 -> ElementType.UINT8;
      case BOOL -> ElementType.BOOL;
      case STRING, FLOAT16, BFLOAT16, UNKNOWN -> throw unsupported(name, "of the type " + type);
    };
  }

  /** The runtime's name of a type. */
  static OnnxJavaType runtimeType(ElementType type) {
    return switch (type) {
      case FP32 -> OnnxJavaType.FLOAT;
      case FP64 -> OnnxJavaType.DOUBLE;
      case INT8 -> OnnxJavaType.INT8;
      case INT16 -> OnnxJavaType.INT16;
      case INT32 -> OnnxJavaType.INT32;
      case INT64 -> OnnxJavaType.INT64;
      case UINT8 -> OnnxJavaType.UINT8;
      case BOOL -> OnnxJavaType.BOOL;
    };
  }

  private static FlotillaException unsupported(String name, String why) {
    return new FlotillaException(
        ErrorCode.MODEL_UNSUPPORTED,
        "the model's '%s' is %s; dense tensors of %s can be carried"
            .formatted(name, why, List.of(ElementType.values())));
  }
}
