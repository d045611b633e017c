package io.flotilla.hardware.onnx;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import ai.onnxruntime.ValueInfo;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model as the runtime takes it, without any check of ours before: to find out what the runtime
 * makes of a file that may be hostile. It may hang, take all memory or end the process, and belongs
 * into a process of its own; {@code io.flotilla.hardware.probe} has one. Confined to one thread.
 */
public final class OnnxTrial implements AutoCloseable {
  private static final int ALIGNMENT_BYTES = 8;
  private static final String TYPE_PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

  private static final List<String> OUT_OF_MEMORY =
      List.of("Failed to allocate memory", "bad_alloc", "bad allocation", "bad_array_new_length");

  private final OrtEnvironment environment;
  private final OrtSession session;

  private OnnxTrial(OrtEnvironment environment, OrtSession session) {
    this.environment = environment;
    this.session = session;
  }

  /**
   * Loads a file on the CPU with one thread, as {@link OnnxAccelerators#cpu()} does.
   *
   * @throws FlotillaException as {@link io.flotilla.hardware.Accelerator#load}, for what the
   *     runtime itself refuses
   */
  public static OnnxTrial load(Path onnx) {
    OrtEnvironment environment = OnnxRuntimes.environment();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      return new OnnxTrial(environment, environment.createSession(onnx.toString(), options));
    } catch (OrtException e) {
      throw RuntimeFailures.loading(String.valueOf(onnx.getFileName()), e);
    }
  }

  /**
   * An output of a run.
   *
   * @param name its name
   * @param type its type in words, as {@link io.flotilla.hardware.inspect.DeclaredValue#type}
   * @param shape its shape; empty for a scalar and for what is no tensor
   */
  public record Output(String name, String type, List<Long> shape) {
    /** Copies the shape. */
    public Output {
      shape = List.copyOf(shape);
    }
  }

  /** Whether a run with these inputs makes up others. */
  public boolean makesUp(Set<String> given) {
    return !given.containsAll(session.getInputNames());
  }

  /**
   * Runs once. Inputs that are not given are made up: all numbers 0, or all 1, texts empty or
   * {@code 1}; open dimensions have the length 1.
   *
   * @param given tensors by name; may be empty
   * @param ones whether what is made up is 1
   * @return the outputs, in the model's order
   * @throws FlotillaException {@code MODEL_UNSUPPORTED} if an input can be neither given nor made
   *     up; {@code INPUT_INVALID}, {@code SCORING_FAILED} if the runtime fails
   */
  public List<Output> run(Map<String, Tensor> given, boolean ones) {
    Map<String, OnnxTensor> natives = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      try {
        for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
          Optional<Tensor> tensor = Optional.ofNullable(given.get(input.getKey()));
          natives.put(
              input.getKey(),
              tensor.isPresent()
                  ? copy(tensor.get(), arena)
                  : madeUp(input.getKey(), input.getValue().getInfo(), ones, arena));
        }
        try (OrtSession.Result result = session.run(natives)) {
          List<Output> outputs = new ArrayList<>();
          for (Map.Entry<String, OnnxValue> output : result) {
            outputs.add(output(output.getKey(), output.getValue().getInfo()));
          }
          return outputs;
        }
      } finally {
        OnnxValue.close(natives);
      }
    } catch (OrtException e) {
      throw RuntimeFailures.scoring(e);
    }
  }

  /** Whether the runtime failed because it got no memory. */
  public static boolean isOutOfMemory(FlotillaException failure) {
    String said = failure.getCause() == null ? "" : String.valueOf(failure.getCause().getMessage());
    return OUT_OF_MEMORY.stream().anyMatch(said::contains);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw RuntimeFailures.scoring(e);
    }
  }

  private OnnxTensor copy(Tensor tensor, Arena arena) throws OrtException {
    ByteBuffer data = tensor.bytes();
    ByteBuffer memory = allocate(arena, data.remaining()).put(data).flip();
    return DirectTensor.over(environment, tensor.type(), tensor.shape(), memory);
  }

  private OnnxTensor madeUp(String name, ValueInfo declared, boolean ones, Arena arena)
      throws OrtException {
    if (!(declared instanceof TensorInfo info)
        || info.onnxType != OnnxTensorType.mapFromJavaType(info.type)) {
      throw cannotBeMadeUp(name, declared);
    }
    long[] shape = Arrays.stream(info.getShape()).map(length -> length < 0 ? 1 : length).toArray();
    int elements = Math.toIntExact(elements(name, Arrays.stream(shape).boxed().toList()));
    if (info.type == OnnxJavaType.STRING) {
      String[] texts = new String[elements];
      Arrays.fill(texts, ones ? "1" : "");
      return OnnxTensor.createTensor(environment, texts, shape);
    }
    byte[] one = one(name, info);
    long bytes = (long) elements * one.length;
    if (bytes > Integer.MAX_VALUE) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "the input '%s' has %d bytes, more than one buffer holds".formatted(name, bytes));
    }
    ByteBuffer memory = allocate(arena, (int) bytes);
    for (int i = 0; ones && i < elements; i++) {
      memory.put(i * one.length, one);
    }
    return OnnxTensor.createTensor(environment, memory, shape, info.type);
  }

  private static long elements(String input, List<Long> shape) {
    try {
      return Tensor.elements(shape);
    } catch (FlotillaException e) {
      throw new FlotillaException(
          e.code(),
          "the model's input '%s' cannot be made up: %s".formatted(input, e.getMessage()),
          e);
    }
  }

  /** Zeros that the runtime may read in place; an empty buffer would have no address. */
  private static ByteBuffer allocate(Arena arena, int bytes) {
    return arena
        .allocate(Math.max(bytes, ALIGNMENT_BYTES), ALIGNMENT_BYTES)
        .asByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .limit(bytes);
  }

  /** The number 1, little-endian, in as many bytes as an element has. */
  private static byte[] one(String name, TensorInfo info) {
    ByteBuffer one = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    switch (info.type) {
      case FLOAT -> one.putFloat(1);
      case DOUBLE -> one.putDouble(1);
      case FLOAT16 -> one.putShort((short) 0x3c00);
      case BFLOAT16 -> one.putShort((short) 0x3f80);
      case INT64 -> one.putLong(1);
      case INT32 -> one.putInt(1);
      case INT16 -> one.putShort((short) 1);
      case INT8, UINT8, BOOL -> one.put((byte) 1);
      case STRING, UNKNOWN -> throw cannotBeMadeUp(name, info);
    }
    return Arrays.copyOf(one.array(), one.position());
  }

  private static FlotillaException cannotBeMadeUp(String name, ValueInfo info) {
    return new FlotillaException(
        ErrorCode.MODEL_UNSUPPORTED,
        "the model loads, but its input '%s' of the type %s cannot be given to it"
            .formatted(name, type(info)));
  }

  private static Output output(String name, ValueInfo info) {
    List<Long> shape =
        info instanceof TensorInfo tensor
            ? Arrays.stream(tensor.getShape()).boxed().toList()
            : List.of();
    return new Output(name, type(info), shape);
  }

  private static String type(ValueInfo info) {
    return switch (info) {
      case TensorInfo tensor -> element(tensor);
      case MapInfo map -> "map(%s,%s)".formatted(element(map.keyType), element(map.valueType));
      case SequenceInfo sequence ->
          "seq(%s)"
              .formatted(
                  sequence.isSequenceOfMaps()
                      ? type(sequence.mapInfo)
                      : element(sequence.sequenceType));
      default -> "UNDEFINED";
    };
  }

  // The Java interface gives unsigned numbers the types of signed ones: the runtime's own counts.
  private static String element(TensorInfo tensor) {
    return switch (tensor.onnxType) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> "FP32";
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> "FP64";
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> "BF16";
      default -> tensor.onnxType.name().replace(TYPE_PREFIX, "").replace("FLOAT", "FP");
    };
  }

  private static String element(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> "FP32";
      case DOUBLE -> "FP64";
      case FLOAT16 -> "FP16";
      case BFLOAT16 -> "BF16";
      case INT8, INT16, INT32, INT64, UINT8, BOOL, STRING -> type.name();
      case UNKNOWN -> "UNDEFINED";
    };
  }
}
