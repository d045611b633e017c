package io.flotilla.conversion.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.hardware.inspect.OnnxFacts;
import io.flotilla.hardware.inspect.OnnxInspector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads and writes whole models. */
public final class OnnxFiles {
  /** Most bytes of a model with all its weights, those in files beside it included: 512 MiB. */
  public static final long MAX_BYTES = 512L << 20;

  private OnnxFiles() {}

  /**
   * Reads a model after {@link OnnxInspector} has looked at it without parsing; weights that lie in
   * files beside it are taken into it.
   *
   * @throws FlotillaException
   *     <ul>
   *       <li>as {@link OnnxInspector#inspect}
   *       <li>{@code MODEL_MALFORMED}: its graph cannot be parsed, or weights outside of it are not
   *           where it says
   *       <li>{@code CONVERSION_FAILED}: it is over {@link #MAX_BYTES}
   *     </ul>
   */
  public static ModelProto read(Path file) {
    OnnxFacts facts = OnnxInspector.inspect(file);
    String name = Printable.of(String.valueOf(file.getFileName()));
    ModelProto model = parse(bytesOf(file, name), name);
    return facts.externalData().isEmpty()
        ? model
        : new ExternalData(DurableFiles.parentOf(file), name, MAX_BYTES).inline(model);
  }

  /** The bytes of a model; the same model gives the same bytes, since ONNX has no maps. */
  public static byte[] bytes(ModelProto model) {
    byte[] bytes = new byte[model.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      model.writeTo(out);
    } catch (IOException e) {
      throw new IllegalStateException("an array of the right size takes a model", e);
    }
    return bytes;
  }

  /**
   * Writes a model: whole or not at all, replacing what was there.
   *
   * @throws FlotillaException {@code DISK_FULL}, {@code STORAGE_FAILED}
   */
  public static void write(ModelProto model, Path file) {
    try {
      DurableFiles.write(file, bytes(model));
    } catch (IOException e) {
      throw StorageFailures.of("write the model to " + file, e);
    }
  }

  private static byte[] bytesOf(Path file, String name) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes((int) MAX_BYTES + 1);
    } catch (IOException e) {
      throw StorageFailures.of("read the model " + file, e);
    }
    if (bytes.length > MAX_BYTES) {
      throw tooLarge(name, MAX_BYTES);
    }
    return bytes;
  }

  private static ModelProto parse(byte[] bytes, String name) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      return ModelProto.parseFrom(in);
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.MODEL_MALFORMED,
          "%s cannot be parsed: %s".formatted(name, Printable.of(String.valueOf(e.getMessage()))),
          e);
    }
  }

  static FlotillaException tooLarge(String name, long most) {
    return new FlotillaException(
        ErrorCode.CONVERSION_FAILED,
        "%s has more than %d bytes with its weights, the most that is converted here; use an external converter"
            .formatted(name, most));
  }
}
