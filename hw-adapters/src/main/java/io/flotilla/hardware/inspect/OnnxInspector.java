package io.flotilla.hardware.inspect;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads what an ONNX file says about itself, without the runtime. */
public final class OnnxInspector {
  /** Newest file format that ONNX Runtime 1.29 reads. */
  public static final long MAX_IR_VERSION = 13;

  /** Newest opsets that ONNX Runtime 1.29 reads, by operator domain; others are its own affair. */
  public static final Map<String, Long> MAX_OPSETS = Map.of("ai.onnx", 26L, "ai.onnx.ml", 5L);

  /** Largest file in bytes: protobuf's own limit. */
  public static final long MAX_FILE_BYTES = Integer.MAX_VALUE;

  private OnnxInspector() {}

  /**
   * Inspects a file that shall be carried and run by what Flotilla ships with: what {@link #read}
   * tells, or a refusal.
   *
   * @throws FlotillaException
   *     <ul>
   *       <li>{@code FILE_MISSING}, {@code MODEL_MALFORMED}, {@code INSPECTION_FAILED}: as {@link
   *           #read}
   *       <li>{@code MODEL_TOO_NEW}: its IR version is above {@link #MAX_IR_VERSION}, or an opset
   *           above {@link #MAX_OPSETS}
   *       <li>{@code MODEL_UNSUPPORTED}: an input or output is no dense tensor of a known {@link
   *           io.flotilla.bundle.tensor.ElementType}, or declares a shape that no tensor has
   *     </ul>
   */
  public static OnnxFacts inspect(Path file) {
    OnnxFacts facts = read(file);
    String name = String.valueOf(file.getFileName());
    facts
        .tooNew()
        .ifPresent(
            what -> {
              throw new FlotillaException(
                  ErrorCode.MODEL_TOO_NEW,
                  "%s has %s; export it for an older one".formatted(name, what));
            });
    facts.declaredInputs().forEach(value -> value.carried(name, "input"));
    facts.declaredOutputs().forEach(value -> value.carried(name, "output"));
    return facts;
  }

  /**
   * Reads all facts of a file, whether or not any runtime could run it; weights are skipped, so
   * that a large file costs little. Too new versions and values of types that cannot be carried are
   * facts here: see {@link OnnxFacts#tooNew} and {@link DeclaredValue#obstacle}.
   *
   * @throws FlotillaException
   *     <ul>
   *       <li>{@code FILE_MISSING}: it does not exist or cannot be read
   *       <li>{@code MODEL_MALFORMED}: it is truncated or not ONNX, or names weights outside its
   *           folder
   *       <li>{@code INSPECTION_FAILED}: it is over a limit of {@link OnnxLimits}
   *     </ul>
   */
  public static OnnxFacts read(Path file) {
    String name = String.valueOf(file.getFileName());
    if (!Files.isRegularFile(file)) {
      throw new FlotillaException(ErrorCode.FILE_MISSING, "there is no model file " + file);
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      if (channel.size() > MAX_FILE_BYTES) {
        throw new FlotillaException(
            ErrorCode.MODEL_MALFORMED,
            "%s has %d bytes, and no ONNX file has more than %d; keep the weights in files beside it"
                .formatted(name, channel.size(), MAX_FILE_BYTES));
      }
      Path folder = file.toAbsolutePath().resolveSibling("");
      return new OnnxWalk(new ProtobufReader(channel, name)).facts(folder, channel.size());
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING, "the model file %s cannot be read".formatted(file), e);
    }
  }
}
