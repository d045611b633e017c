package io.flotilla.conversion.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.failure.StorageFailures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Takes weights that lie in files beside a model into it. One use per model. */
final class ExternalData {
  private final Path folder;
  private final String model;
  private final long most;
  private long taken;

  /**
   * For one model.
   *
   * @param folder that the model is in
   * @param model its name, for people
   * @param most bytes that may be taken in
   */
  ExternalData(Path folder, String model, long most) {
    this.folder = folder;
    this.model = model;
    this.most = most;
  }

  ModelProto inline(ModelProto original) {
    ModelProto.Builder builder = original.toBuilder();
    graph(builder.getGraphBuilder());
    for (int i = 0; i < builder.getFunctionsCount(); i++) {
      builder.getFunctionsBuilder(i).getNodeBuilderList().forEach(this::node);
    }
    return builder.build();
  }

  private void graph(GraphProto.Builder graph) {
    graph.getInitializerBuilderList().forEach(this::tensor);
    graph
        .getSparseInitializerBuilderList()
        .forEach(
            sparse -> {
              tensor(sparse.getValuesBuilder());
              tensor(sparse.getIndicesBuilder());
            });
    graph.getNodeBuilderList().forEach(this::node);
  }

  private void node(NodeProto.Builder node) {
    for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
      if (attribute.hasT()) {
        tensor(attribute.getTBuilder());
      }
      attribute.getTensorsBuilderList().forEach(this::tensor);
      if (attribute.hasG()) {
        graph(attribute.getGBuilder());
      }
      attribute.getGraphsBuilderList().forEach(this::graph);
    }
  }

  private void tensor(TensorProto.Builder tensor) {
    if (tensor.getExternalDataCount() == 0) {
      return;
    }
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    String location = entries.getOrDefault("location", "");
    long offset = number(entries.getOrDefault("offset", "0"));
    byte[] data = read(location, offset, number(entries.getOrDefault("length", "-1")));
    tensor.setRawData(ByteString.copyFrom(data)).clearExternalData().clearDataLocation();
  }

  private byte[] read(String location, long offset, long length) {
    Path file = folder.resolve(location);
    try {
      if (location.isEmpty() || !file.toRealPath().startsWith(folder.toRealPath())) {
        throw malformed("weights outside its own folder");
      }
      try (SeekableByteChannel channel = Files.newByteChannel(file)) {
        long bytes = length < 0 ? channel.size() - offset : length;
        if (offset < 0 || bytes < 0 || bytes > channel.size() - offset) {
          throw malformed("weights that %s is too short for".formatted(Printable.of(location)));
        }
        taken += bytes;
        if (taken > most) {
          throw OnnxFiles.tooLarge(model, most);
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) bytes);
        channel.position(offset);
        int count = 0;
        while (buffer.hasRemaining() && count >= 0) {
          count = channel.read(buffer);
        }
        return buffer.array();
      }
    } catch (IOException e) {
      throw StorageFailures.of("read the weights of %s from %s".formatted(model, location), e);
    }
  }

  private long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new FlotillaException(
          ErrorCode.MODEL_MALFORMED, "%s places weights at no number".formatted(model), e);
    }
  }

  private FlotillaException malformed(String what) {
    return new FlotillaException(ErrorCode.MODEL_MALFORMED, "%s names %s".formatted(model, what));
  }
}
