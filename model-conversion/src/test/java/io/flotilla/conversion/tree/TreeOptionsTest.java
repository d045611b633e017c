package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.conversion.tree.codec.DumpFacts;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeOptionsTest {
  @TempDir Path folder;

  private static void invalid(ThrowingCallable call, String saying) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID))
        .withMessageContaining(saying);
  }

  @Test
  void namesInputsAndOutputsAsAsked() {
    TreeOptions options =
        new TreeOptions(
            List.of("a", "b", "c", "d"),
            List.of("no", "yes"),
            "row",
            "class",
            "sums",
            "constant",
            Optional.empty());
    Converted converted = Converted.of(Recorded.LIGHTGBM.bytes(), options);

    try (LoadedModel model = OnnxAccelerators.cpu().load(converted.onnx(), LoadOptions.DEFAULT)) {
      assertThat(model.inputs())
          .extracting(ModelTensor::toString)
          .containsExactly("row FP32[batch, 4]");
      assertThat(model.outputs())
          .extracting(ModelTensor::toString)
          .containsExactly("class INT64[batch]", "sums FP32[batch, 2]");
    }
    assertThat(converted.summary().columns()).containsExactly("a", "b", "c", "d");
    assertThat(converted.summary().classes()).containsExactly("no", "yes");
  }

  @Test
  void writesWhatOlderRuntimesReadToo() throws IOException {
    Converted converted =
        Converted.of(
            Recorded.LIGHTGBM.bytes(), TreeOptions.DEFAULT.withClassNames(List.of("no", "yes")));
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(converted.onnx()));

    assertThat(model.getIrVersion()).isEqualTo(8);
    assertThat(model.getOpsetImportList())
        .extracting(opset -> opset.getDomain() + " " + opset.getVersion())
        .containsExactly(" 17", "ai.onnx.ml 3");
    assertThat(model.getMetadataPropsList())
        .extracting(entry -> entry.getKey() + "=" + entry.getValue())
        .containsExactly("objective=binary", "classes=no\nyes");
  }

  @Test
  void refusesNamesThatAreWrong() {
    TreeOptions any = TreeOptions.DEFAULT;
    invalid(() -> any.withFeatureNames(List.of("a", "a")), "two names are the same");
    invalid(() -> any.withClassNames(List.of("")), "1 to 256 characters");
    invalid(() -> any.withClassNames(List.of("x".repeat(257))), "1 to 256 characters");
    invalid(() -> any.withFeatureNames(Collections.nCopies(100_001, "a")), "at most 100000");
    invalid(
        () -> new TreeOptions(List.of(), List.of(), "x", "x", "y", "z", Optional.empty()),
        "two names are the same: x");
    invalid(() -> DumpFacts.of("", 1), "needs its objective");
    invalid(() -> DumpFacts.of("reg:gamma", Float.NaN), "finite base score");
    invalid(() -> new DumpFacts("multi:softmax", 1, 0, 1), "1 to 10000 classes");
    invalid(() -> new DumpFacts("multi:softmax", 1, 3, 0), "num_parallel_tree");
  }

  @Test
  void refusesNamesThatDoNotFitTheModel() {
    TreeOptions any = TreeOptions.DEFAULT;
    byte[] model = Recorded.LIGHTGBM.bytes();
    Refused.by(
        ErrorCode.INPUT_INVALID, model, any.withFeatureNames(List.of("a")), "the 4 of the model");
    Refused.by(ErrorCode.INPUT_INVALID, model, any.withClassNames(List.of("a")), "has 2 classes");
    String named =
        Recorded.LIGHTGBM.text().replace("Column_0 Column_1 Column_2 Column_3", "w x y z");
    assertThat(Converted.of(named, any).summary().columns()).containsExactly("w", "x", "y", "z");
    Refused.by(
        ErrorCode.INPUT_INVALID,
        named.getBytes(StandardCharsets.UTF_8),
        any.withFeatureNames(List.of("x", "w", "y", "z")),
        "are not the 4 of the model");
  }

  @Test
  void detectsNothingInOtherFiles() {
    for (String other : List.of("", "{}", "{\"a\":1}", "tree", "<xml/>", "0:", "\u0008\u0001")) {
      Refused.by(other, TreeOptions.DEFAULT, "no file of trees");
    }
    Refused.by("{\"a\":", TreeOptions.DEFAULT, "no whole JSON");
    Refused.by("{i\u0007learner", TreeOptions.DEFAULT, "ends in .json");
  }

  @Test
  void saysWhichFileIsMissingAndLeavesNothingBehind() throws IOException {
    Path missing = folder.resolve("nowhere.json");
    Path out = folder.resolve("out.onnx");

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> TreeConverter.convert(missing, TreeOptions.DEFAULT, out))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_MISSING))
        .withMessageContaining("nowhere.json");
    Path broken = Files.writeString(folder.resolve("broken.json"), "{\"learner\":");
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> TreeConverter.convert(broken, TreeOptions.DEFAULT, out));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(broken);
    }
  }
}
