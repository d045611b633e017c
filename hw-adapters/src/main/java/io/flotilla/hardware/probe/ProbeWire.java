package io.flotilla.hardware.probe;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the two processes say to each other over the child's standard input and output. The parent
 * believes nothing that comes back beyond its bounds: a model may have broken the child.
 */
final class ProbeWire {
  private static final int READY = 1;
  private static final int LOADED = 2;
  private static final int RAN = 3;
  private static final int REFUSED = 4;
  private static final int OUT_OF_MEMORY = 5;
  private static final int MAX_RANK = 64;
  private static final int MAX_TEXT_CHARS = 4_096;

  private ProbeWire() {}

  /**
   * A model to try.
   *
   * @param model the file
   * @param inputs tensors by name
   */
  record Request(Path model, Map<String, Tensor> inputs) {}

  /** What the child says. */
  sealed interface Reply {
    /** The runtime is up; comes once, first. */
    record Ready(String runtimeVersion) implements Reply {}

    /** The model is loaded, and the run begins, perhaps on an input that is made up. */
    record Loaded(boolean madeUp) implements Reply {}

    /** It ran. */
    record Ran(ProbeResult.Ran result) implements Reply {}

    /** It was refused. */
    record Refused(ErrorCode code, String message) implements Reply {}

    /** It needs more memory. */
    record OutOfMemory() implements Reply {}
  }

  static void write(DataOutputStream out, Request request) throws IOException {
    out.writeUTF(request.model().toString());
    out.writeInt(request.inputs().size());
    for (Map.Entry<String, Tensor> input : request.inputs().entrySet()) {
      Tensor tensor = input.getValue();
      out.writeUTF(input.getKey());
      out.writeUTF(tensor.type().name());
      writeShape(out, tensor.shape());
      byte[] bytes = new byte[tensor.data().remaining()];
      tensor.bytes().get(bytes);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
    out.flush();
  }

  static Request readRequest(DataInputStream in) throws IOException {
    Path model = Path.of(in.readUTF());
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      String name = in.readUTF();
      ElementType type = ElementType.valueOf(in.readUTF());
      List<Long> shape = readShape(in);
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      inputs.put(name, new Tensor(type, shape, ByteBuffer.wrap(bytes)));
    }
    return new Request(model, inputs);
  }

  static void write(DataOutputStream out, Reply reply) throws IOException {
    switch (reply) {
      case Reply.Ready ready -> {
        out.writeByte(READY);
        writeText(out, ready.runtimeVersion());
      }
      case Reply.Loaded loaded -> {
        out.writeByte(LOADED);
        out.writeBoolean(loaded.madeUp());
      }
      case Reply.Ran ran -> {
        out.writeByte(RAN);
        writeRan(out, ran.result());
      }
      case Reply.Refused refused -> {
        out.writeByte(REFUSED);
        writeText(out, refused.code().name());
        writeText(out, refused.message());
      }
      case Reply.OutOfMemory() -> out.writeByte(OUT_OF_MEMORY);
    }
    out.flush();
  }

  static Reply readReply(DataInputStream in) throws IOException {
    int kind = in.read();
    return switch (kind) {
      case READY -> new Reply.Ready(in.readUTF());
      case LOADED -> new Reply.Loaded(in.readBoolean());
      case RAN -> new Reply.Ran(readRan(in));
      case REFUSED -> new Reply.Refused(code(in.readUTF()), in.readUTF());
      case OUT_OF_MEMORY -> new Reply.OutOfMemory();
      case -1 -> throw new EOFException("the process ended");
      default -> throw new IOException("the process said " + kind);
    };
  }

  private static void writeRan(DataOutputStream out, ProbeResult.Ran ran) throws IOException {
    out.writeDouble(ran.loadMillis());
    out.writeDouble(ran.runMillis());
    out.writeLong(ran.peakRssBytes());
    out.writeInt(ran.outputs().size());
    for (ProbeOutput output : ran.outputs()) {
      writeText(out, output.name());
      writeText(out, output.type());
      writeShape(out, output.shape());
    }
  }

  private static ProbeResult.Ran readRan(DataInputStream in) throws IOException {
    double loadMillis = in.readDouble();
    double runMillis = in.readDouble();
    long peakRssBytes = in.readLong();
    int count = bounded(in.readInt(), ModelProbe.MAX_OUTPUTS);
    List<ProbeOutput> outputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      outputs.add(new ProbeOutput(in.readUTF(), in.readUTF(), readShape(in)));
    }
    return new ProbeResult.Ran(outputs, loadMillis, runMillis, peakRssBytes);
  }

  private static ErrorCode code(String name) throws IOException {
    try {
      return ErrorCode.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IOException("the process said a code that does not exist", e);
    }
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    out.writeUTF(text.substring(0, Math.min(text.length(), MAX_TEXT_CHARS)));
  }

  private static void writeShape(DataOutputStream out, List<Long> shape) throws IOException {
    int rank = Math.min(shape.size(), MAX_RANK);
    out.writeInt(rank);
    for (long length : shape.subList(0, rank)) {
      out.writeLong(length);
    }
  }

  private static List<Long> readShape(DataInputStream in) throws IOException {
    int rank = bounded(in.readInt(), MAX_RANK);
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      shape.add(in.readLong());
    }
    return shape;
  }

  private static int bounded(int count, int most) throws IOException {
    if (count < 0 || count > most) {
      throw new IOException("the process said %d of at most %d".formatted(count, most));
    }
    return count;
  }
}
