package io.flotilla.hardware.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.Proto;
import io.flotilla.hardware.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights in files of their own lie in the model's folder, under one spelling. */
class ExternalDataTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "../w.bin", "a/../../w.bin", "C:\\w.bin", "", "a\nb"})
  void refusesWeightsOutsideTheModelsFolder(String location) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(withExternalData(location)))
        .withMessageContaining("outside its own folder")
        .returns(ErrorCode.MODEL_MALFORMED, FlotillaException::code);
  }

  @ParameterizedTest
  @ValueSource(strings = {"./w.bin", "././w.bin", "a/./w.bin", "a//w.bin", "w.bin/", "."})
  void refusesASecondSpellingOfAFileOfWeights(String location) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(withExternalData(location)))
        .withMessageContaining("a path with '.' or an empty part")
        .returns(ErrorCode.MODEL_MALFORMED, FlotillaException::code);
  }

  @Test
  void tellsFilesOfExternalData() {
    assertThat(inspect(withExternalData("weights/w..bin")).externalData())
        .containsExactly("weights/w..bin");
  }

  @Test
  void tellsWhichFilesOfExternalDataAreThere() throws IOException {
    byte[] model = withExternalData("w.bin");

    assertThat(read(model).contents().externalFiles())
        .containsExactly(new ExternalFile("w.bin", OptionalLong.empty()));
    Files.write(folder.resolve("w.bin"), new byte[8]);
    assertThat(read(model).contents().externalFiles())
        .containsExactly(new ExternalFile("w.bin", OptionalLong.of(8)));
  }

  private OnnxFacts inspect(byte[] content) {
    return OnnxInspector.inspect(TestModels.write(folder, "model.onnx", content));
  }

  private OnnxFacts read(byte[] content) {
    return OnnxInspector.read(TestModels.write(folder, "model.onnx", content));
  }

  private static byte[] withExternalData(String location) {
    Proto weights =
        new Proto()
            .number(1, 2)
            .number(2, TestModels.FLOAT)
            .text(8, "w")
            .message(13, new Proto().text(1, "location").text(2, location))
            .number(14, 1);
    return TestModels.model(
        8,
        13,
        new Proto()
            .message(1, TestModels.node("Add", "output", "input", "w"))
            .message(5, weights)
            .message(11, TestModels.tensor("input", TestModels.FLOAT, 2))
            .message(12, TestModels.tensor("output", TestModels.FLOAT, 2)));
  }
}
