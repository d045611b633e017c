package io.flotilla.registry.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.environment.Unfit.Kind;
import io.flotilla.registry.environment.codec.EnvironmentCodec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentFitTest {
  private static final DeviceCapabilities DEVICE =
      new DeviceCapabilities(
          "1.29.0",
          List.of("CPUExecutionProvider"),
          "amd64",
          Set.of("sse4_2", "avx2"),
          4,
          1 << 30,
          Optional.of("1"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'runtime': '<1.29'                              | RUNTIME_VERSION | 1.29.0",
        "'providers': ['CUDAExecutionProvider']          | PROVIDER | CUDAExecutionProvider",
        "'architectures': ['arm64']                      | ARCHITECTURE | aarch64",
        "'cpuFeatures': ['avx2', 'avx512f']              | CPU_FEATURE | avx512f is",
        "'memoryBytes': 1073741825                       | MEMORY | 1,073,741,825",
        "'threads': 5                                    | THREADS | 5 processors",
        "'hookAbi': '2'                                  | HOOK_ABI | device has 1",
      })
  void eachReasonIsNamedWithWhatIsNeededAndWhatIsThere(String json, Kind kind, String words) {
    List<Unfit> reasons = EnvironmentFit.judge(spec("{" + json + "}"), DEVICE);
    assertThat(reasons).singleElement().extracting(Unfit::kind).isEqualTo(kind);
    assertThat(reasons.getFirst().message()).contains(words);
  }

  @Test
  void aMachineThatHasEverythingIsFit() {
    assertThat(
            EnvironmentFit.judge(
                spec(
                    "{'runtime': '>=1.20 <2', 'providers': ['CUDAExecutionProvider',"
                        + " 'CPUExecutionProvider'], 'architectures': ['x86_64'],"
                        + " 'cpuFeatures': ['avx2'], 'memoryBytes': 1073741824, 'threads': 4,"
                        + " 'hookAbi': '1', 'maxIrVersion': 3, 'opsets': {'': 7}}"),
                DEVICE))
        .isEmpty();
    assertThat(EnvironmentFit.judge(EnvironmentSpec.ANY, DEVICE)).isEmpty();
  }

  @Test
  void allReasonsAreGivenAtOnce() {
    assertThat(
            EnvironmentFit.judge(
                spec("{'runtime': '>2', 'threads': 9, 'memoryBytes': 2147483648}"), DEVICE))
        .extracting(Unfit::kind)
        .containsExactly(Kind.RUNTIME_VERSION, Kind.MEMORY, Kind.THREADS);
  }

  @Test
  void whatAMachineDoesNotTellIsUnknownAndNotFit() {
    DeviceCapabilities silent =
        new DeviceCapabilities("", List.of(), "", Set.of(), 1, 0, Optional.empty());
    EnvironmentSpec spec =
        spec(
            "{'runtime': '>=1', 'architectures': ['amd64'], 'cpuFeatures': ['avx2'],"
                + " 'memoryBytes': 1}");
    assertThat(EnvironmentFit.judge(spec, silent))
        .extracting(Unfit::kind)
        .containsExactly(Kind.UNKNOWN, Kind.UNKNOWN, Kind.UNKNOWN, Kind.UNKNOWN);
    assertThat(EnvironmentFit.judge(EnvironmentSpec.ANY, silent)).isEmpty();
  }

  @Test
  void modelsKeepToTheLimits() {
    EnvironmentSpec spec = spec("{'maxIrVersion': 10, 'opsets': {'': 21, 'ai.onnx.ml': 4}}");
    assertThat(EnvironmentFit.judgeModel(spec, 10, Map.of("", 21L, "ai.onnx.ml", 4L))).isEmpty();
    assertThat(EnvironmentFit.judgeModel(spec, 11, Map.of("ai.onnx", 22L, "ai.onnx.ml", 5L)))
        .extracting(Unfit::kind)
        .containsExactly(Kind.IR_VERSION, Kind.OPSET, Kind.OPSET);
    assertThat(EnvironmentFit.judgeModel(EnvironmentSpec.ANY, 99, Map.of("", 99L))).isEmpty();
  }

  private static EnvironmentSpec spec(String json) {
    return EnvironmentCodec.decode(
        json.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
