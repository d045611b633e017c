package io.flotilla.conversion.graph;

import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.conversion.fixture.Graphs;
import io.flotilla.hardware.inspect.OnnxLimits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFilesTest {
  @TempDir Path folder;

  @Test
  void theSameModelGivesTheSameBytesAndIsReadBack() throws IOException {
    ModelProto model = Graphs.classifier(8, 4, 3).model(8, 13);
    Path file = folder.resolve("m.onnx");

    OnnxFiles.write(model, file);

    assertThat(Files.readAllBytes(file)).isEqualTo(OnnxFiles.bytes(model));
    assertThat(OnnxFiles.read(file)).isEqualTo(model);
    assertThat(OnnxFiles.bytes(OnnxFiles.read(file))).isEqualTo(OnnxFiles.bytes(model));
  }

  @Test
  void weightsBesideTheModelAreTakenIntoIt() throws IOException {
    ModelProto whole = Graphs.classifier(8, 4, 3).model(8, 13);
    byte[] weights = whole.getGraph().getInitializer(0).getRawData().toByteArray();
    byte[] padded = new byte[weights.length + 16];
    System.arraycopy(weights, 0, padded, 16, weights.length);
    Files.write(folder.resolve("m.data"), padded);

    Path file = writeExternal(whole, "m.data", "16", Integer.toString(weights.length));

    assertThat(OnnxFiles.read(file)).isEqualTo(whole);
  }

  @Test
  void weightsThatAreNotWhereTheModelSaysAreRefused() throws IOException {
    ModelProto whole = Graphs.classifier(8, 4, 3).model(8, 13);
    Files.write(folder.resolve("m.data"), new byte[20]);

    refused(
        ErrorCode.MODEL_MALFORMED,
        () -> OnnxFiles.read(writeExternal(whole, "m.data", "16", "128")),
        "more values than there are in its file");
    refused(
        ErrorCode.MODEL_MALFORMED,
        () -> OnnxFiles.read(writeExternal(whole, "m.data", "many", "128")),
        "more values than there are in its file");
    refused(ErrorCode.FILE_MISSING, () -> OnnxFiles.read(writeExternal(whole, "gone", "0", "128")));
  }

  @Test
  void weightsBehindALinkOutOfTheFolderAreRefused(@TempDir Path elsewhere) throws IOException {
    Path secret = Files.write(elsewhere.resolve("secret"), new byte[128]);
    Files.createSymbolicLink(folder.resolve("m.data"), secret);
    ModelProto whole = Graphs.classifier(8, 4, 3).model(8, 13);

    refused(
        ErrorCode.MODEL_MALFORMED,
        () -> OnnxFiles.read(writeExternal(whole, "m.data", "0", "128")),
        "outside its own folder");
  }

  @Test
  void moreWeightsThanTheLimitAreRefusedBeforeTheyAreRead() throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(folder.resolve("m.data").toFile(), "rw")) {
      sparse.setLength(OnnxFiles.MAX_BYTES + 1);
    }
    ModelProto whole = Graphs.classifier(8, 4, 3).model(8, 13);

    refused(
        ErrorCode.CONVERSION_FAILED,
        () ->
            OnnxFiles.read(
                writeExternal(whole, "m.data", "0", Long.toString(OnnxFiles.MAX_BYTES + 1))),
        Long.toString(OnnxFiles.MAX_BYTES));
  }

  @Test
  void moreNodesThanTheLimitAreRefusedBeforeTheGraphIsBuilt() throws IOException {
    ModelProto.Builder model = Graphs.classifier(8, 4, 3).model(8, 13).toBuilder();
    NodeProto node = NodeProto.newBuilder().setOpType("Relu").build();
    model.getGraphBuilder().clearNode().addAllNode(Collections.nCopies(OnnxLimits.NODES + 1, node));
    Path file = folder.resolve("m.onnx");
    OnnxFiles.write(model.build(), file);

    refused(ErrorCode.INSPECTION_FAILED, () -> OnnxFiles.read(file), "more than 100000 nodes");
  }

  @Test
  void whatIsNoModelIsRefused() throws IOException {
    Path garbage = Files.write(folder.resolve("g.onnx"), new byte[] {1, 2, 3, 4});

    refused(ErrorCode.MODEL_MALFORMED, () -> OnnxFiles.read(garbage));
    refused(ErrorCode.FILE_MISSING, () -> OnnxFiles.read(folder.resolve("none.onnx")));
  }

  private Path writeExternal(ModelProto whole, String location, String offset, String length) {
    ModelProto.Builder model = whole.toBuilder();
    model
        .getGraphBuilder()
        .getInitializerBuilder(0)
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", location))
        .addExternalData(entry("offset", offset))
        .addExternalData(entry("length", length));
    Path file = folder.resolve("m.onnx");
    OnnxFiles.write(model.build(), file);
    return file;
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
