package io.flotilla.hardware.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.environment.Unfit.Kind;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.hardware.Proto;
import io.flotilla.hardware.TestModels;
import io.flotilla.hardware.inspect.OnnxInspector;
import io.flotilla.hardware.probe.ProbeReport;
import io.flotilla.hardware.probe.ProbeResult;
import io.flotilla.hardware.probe.ProbeResult.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadGateTest {
  private static final String CPU = "CPUExecutionProvider";
  private static final String CUDA = "CUDAExecutionProvider";
  private static final long GIB = 1L << 30;
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir Path folder;

  @Test
  void aPlainModelFitsAPlainMachine() {
    assertThat(kinds(needs(TestModels.classifier(64)), device("1.29.0", CPU))).isEmpty();
  }

  @ParameterizedTest(name = "runtime {0} reads IR {1}, opset {2} and ai.onnx.ml {3}, no newer")
  @CsvSource({
    "1.10.0, 8, 15, 2",
    "1.11.0, 8, 16, 3",
    "1.12.1, 8, 17, 3",
    "1.13.1, 8, 17, 3",
    "1.14.0, 8, 18, 3",
    "1.15.1, 9, 19, 3",
    "1.16.3, 9, 19, 3",
    "1.17.3, 9, 20, 4",
    "1.18.0, 10, 21, 5",
    "1.19.2, 10, 21, 5",
    "1.20.0, 10, 21, 5",
    "1.21.0, 10, 22, 5",
    "1.22.0, 10, 22, 5",
    "1.23.0, 11, 23, 5",
    "1.24.1, 13, 25, 5",
    "1.26.0, 13, 26, 5",
    "1.28.0, 13, 26, 5",
    "1.29.0, 13, 26, 5"
  })
  void knowsWhatEachReleaseReads(String version, long ir, long opset, long ml) {
    DeviceCapabilities device = device(version, CPU);

    assertThat(kinds(versions(ir, opset, ml), device)).isEmpty();
    assertThat(kinds(versions(ir + 1, opset, ml), device)).containsExactly(Kind.IR_VERSION);
    assertThat(kinds(versions(ir, opset + 1, ml), device)).containsExactly(Kind.OPSET);
    assertThat(kinds(versions(ir, opset, ml + 1), device)).containsExactly(Kind.OPSET);
  }

  @Test
  void aReleaseBetweenThoseListedIsNotThoughtToReadLess() {
    assertThat(kinds(versions(13, 26, 5), device("1.25.0", CPU))).isEmpty();
    assertThat(kinds(versions(13, 27, 5), device("1.25.0", CPU))).containsExactly(Kind.OPSET);
  }

  @Test
  void saysSoWhereNothingIsKnown() {
    assertThat(kinds(versions(13, 26, 5), device("1.30.0", CPU))).isEmpty();
    assertThat(kinds(versions(14, 26, 5), device("1.30.0", CPU))).containsExactly(Kind.UNKNOWN);
    assertThat(kinds(versions(3, 9, 1), device("1.9.0", CPU))).containsExactly(Kind.UNKNOWN);
    assertThat(kinds(versions(3, 16, 1), device("1.9.0", CPU))).containsExactly(Kind.OPSET);
    assertThat(kinds(versions(3, 9, 1), device("", CPU))).containsExactly(Kind.UNKNOWN);
    assertThat(kinds(versions(3, 9, 1), device("1.29.0"))).containsExactly(Kind.UNKNOWN);
  }

  @Test
  void theSentenceHasBothNumbers() {
    assertThat(LoadGate.judge(versions(8, 22, 3), Optional.empty(), device("1.20.0", CPU)))
        .extracting(Unfit::message)
        .containsExactly(
            "the model has the opset of ai.onnx 22 and runtime 1.20.0 is known to read up to 21");
  }

  @ParameterizedTest
  @CsvSource({
    "ai.onnx, Add, 6",
    "ai.onnx, Relu, 5",
    "ai.onnx, ImageDecoder, 20",
    "ai.onnx, RoiAlign, 22",
    "ai.onnx.preview.training, Adam, 1",
    "ai.onnx.preview, FlexAttention, 1",
    "my.company, Magic, 1"
  })
  void refusesOperatorsWithoutKernelOnTheCpuAlone(String domain, String type, long opset) {
    ModelNeeds needs = operator(domain, type, opset);

    assertThat(kinds(needs, device("1.29.0", CPU))).containsExactly(Kind.OPERATOR);
    assertThat(kinds(needs, device("1.29.0", "SimulatedGpuExecutionProvider", CPU)))
        .containsExactly(Kind.OPERATOR);
    assertThat(kinds(needs, device("1.29.0", CUDA, CPU))).isEmpty();
    assertThat(kinds(needs, device("1.30.0", CPU))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ai.onnx, Add, 7",
    "ai.onnx, Relu, 6",
    "ai.onnx, RoiAlign, 21",
    "ai.onnx, Frobnicate, 13",
    "ai.onnx.ml, Normalizer, 1",
    "com.microsoft, FusedMatMul, 1",
    "com.microsoft.nchwc, Conv, 1"
  })
  void leavesOtherOperatorsToATrial(String domain, String type, long opset) {
    assertThat(kinds(operator(domain, type, opset), device("1.29.0", CPU))).isEmpty();
  }

  @Test
  void theModelsOwnFunctionsAndWhatMayBeDroppedDoNotCount() {
    Proto function = new Proto().text(1, "Magic").text(10, "my.company");
    Proto attribute =
        new Proto()
            .text(1, "then_branch")
            .message(6, new Proto().message(1, custom("Other", "z")))
            .number(20, 5);
    Proto graph =
        new Proto()
            .message(1, custom("Magic", "output"))
            .message(1, TestModels.node("If", "y", "input").message(5, attribute))
            .message(12, TestModels.tensor("output", TestModels.FLOAT, 2));
    Proto model =
        new Proto()
            .number(1, 8)
            .message(7, graph)
            .message(8, new Proto().text(1, "").number(2, 13))
            .message(8, new Proto().text(1, "my.company").number(2, 1))
            .message(25, function);

    assertThat(needs(model.toBytes()).operators())
        .containsExactly(new ModelNeeds.Operator("ai.onnx", "If", 13));
  }

  @Test
  void asksForOneOfTheProviders() {
    ModelNeeds needs = needs(TestModels.classifier(4)).on(List.of(CUDA));

    assertThat(kinds(needs, device("1.29.0", CPU))).containsExactly(Kind.PROVIDER);
    assertThat(kinds(needs, device("1.29.0", CUDA, CPU))).isEmpty();
  }

  @Test
  void comparesMemoryWithTheLeastThatTheModelTakes() {
    ModelNeeds needs = needs(TestModels.chain(1_024, 2));
    long least = 2L * 1_024 * 1_024 * Float.BYTES + 2L * 1_024 * Float.BYTES;

    assertThat(needs.memoryBytes()).isEqualTo(least);
    assertThat(kinds(needs, withMemory(least))).isEmpty();
    assertThat(kinds(needs, withMemory(least - 1))).containsExactly(Kind.MEMORY);
  }

  @Test
  void aTrialWithTheSameRuntimeAndProviderDecides() {
    ModelNeeds plain = needs(TestModels.classifier(4));
    ModelNeeds tooNew = versions(14, 27, 5);
    ProbeVerdict bad = new ProbeVerdict("1.29.0", CPU, false, "it crashed");
    ProbeVerdict good = new ProbeVerdict("1.29.0", CPU, true, "it ran");

    assertThat(LoadGate.judge(plain, Optional.of(bad), device("1.29.0", CPU)))
        .containsExactly(
            new Unfit(Kind.TRIED, "runtime 1.29.0 was tried with the model: it crashed"));
    assertThat(LoadGate.judge(tooNew, Optional.of(good), device("1.29.0", CPU))).isEmpty();
    assertThat(LoadGate.judge(tooNew, Optional.of(bad), device("1.29.0", CPU)))
        .extracting(Unfit::kind)
        .containsExactly(Kind.IR_VERSION, Kind.OPSET);
  }

  @Test
  void aTrialWithAnotherRuntimeOrProviderSaysNothing() {
    ModelNeeds plain = needs(TestModels.classifier(4));
    Optional<ProbeVerdict> bad = Optional.of(new ProbeVerdict("1.29.0", CPU, false, "it crashed"));

    assertThat(LoadGate.judge(plain, bad, device("1.28.0", CPU))).isEmpty();
    assertThat(LoadGate.judge(plain, bad, device("1.29.0", CUDA, CPU))).isEmpty();
  }

  @Test
  void whatHappensOnMadeUpInputsSpeaksAgainstAModelOnlyIfItCrashes() {
    for (boolean madeUp : new boolean[] {true, false}) {
      assertThat(fit(madeUp, new ProbeResult.Ran(List.of(), 1, 1, 1))).isTrue();
      assertThat(fit(madeUp, new ProbeResult.Refused(Stage.RUN, ErrorCode.SCORING_FAILED, "x")))
          .isTrue();
      assertThat(fit(madeUp, new ProbeResult.Refused(Stage.LOAD, ErrorCode.LOAD_FAILED, "x")))
          .isFalse();
      assertThat(fit(madeUp, new ProbeResult.TimedOut(Stage.LOAD, SECOND))).isFalse();
      assertThat(fit(madeUp, new ProbeResult.OutOfMemory(Stage.LOAD, GIB))).isFalse();
      assertThat(fit(madeUp, new ProbeResult.TimedOut(Stage.RUN, SECOND))).isEqualTo(madeUp);
      assertThat(fit(madeUp, new ProbeResult.OutOfMemory(Stage.RUN, GIB))).isEqualTo(madeUp);
      assertThat(fit(madeUp, new ProbeResult.Crashed(Stage.RUN, 134, OptionalInt.of(6), "")))
          .isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "x.y", "99999999999.1", "1.2x"})
  void otherFormsOfVersionsAreNone(String text) {
    assertThat(RuntimeRelease.Version.of(text)).isEmpty();
  }

  private static boolean fit(boolean madeUp, ProbeResult result) {
    return ProbeVerdict.of(new ProbeReport("1.29.0", CPU, madeUp, result)).fit();
  }

  private static List<Kind> kinds(ModelNeeds needs, DeviceCapabilities device) {
    return LoadGate.judge(needs, Optional.empty(), device).stream().map(Unfit::kind).toList();
  }

  private static DeviceCapabilities device(String version, String... providers) {
    return new DeviceCapabilities(
        version, List.of(providers), "amd64", Set.of(), 4, GIB, Optional.empty());
  }

  private static DeviceCapabilities withMemory(long bytes) {
    return new DeviceCapabilities(
        "1.29.0", List.of(CPU), "amd64", Set.of(), 4, bytes, Optional.empty());
  }

  private static ModelNeeds versions(long ir, long opset, long ml) {
    return new ModelNeeds(ir, Map.of("ai.onnx", opset, "ai.onnx.ml", ml), List.of(), 0, List.of());
  }

  private static ModelNeeds operator(String domain, String type, long opset) {
    return new ModelNeeds(
        8,
        Map.of(domain, opset),
        List.of(new ModelNeeds.Operator(domain, type, opset)),
        0,
        List.of());
  }

  private static Proto custom(String type, String output) {
    return TestModels.node(type, output, "input").text(7, "my.company");
  }

  private ModelNeeds needs(byte[] model) {
    return ModelNeeds.of(OnnxInspector.read(TestModels.write(folder, "model.onnx", model)));
  }
}
