package io.flotilla.simulator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.AcceleratorKind;
import io.flotilla.simulator.camera.Camera;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetPartsTest {
  private static final URI CONTROLLER = URI.create("https://127.0.0.1:8443");

  @TempDir Path folder;

  @Test
  void ofTwentyDevicesTwoHaveAGpuAndOneAnFpga() {
    assertThat(numbers(20, AcceleratorKind.GPU)).containsExactly(5, 13);
    assertThat(numbers(20, AcceleratorKind.FPGA)).containsExactly(9);
    assertThat(numbers(20, AcceleratorKind.CPU)).hasSize(17);
  }

  @Test
  void otherFleetsHaveTheSameMixAsFarAsTheyCan() {
    assertThat(numbers(3, AcceleratorKind.CPU)).hasSize(3);
    for (int devices = 4; devices < 20; devices++) {
      assertThat(numbers(devices, AcceleratorKind.GPU)).as("%d", devices).hasSize(2);
      assertThat(numbers(devices, AcceleratorKind.FPGA)).as("%d", devices).hasSize(1);
    }
    assertThat(numbers(100, AcceleratorKind.GPU)).hasSize(10);
    assertThat(numbers(100, AcceleratorKind.FPGA)).containsExactly(9, 29, 49, 69, 89);
  }

  @Test
  void readsDegradationsAndChoosesDevicesBySeed() {
    Degradations degradations = Degradations.parse("blur:4, gain:2");
    assertThat(degradations.counts()).isEqualTo(Map.of(Camera.BLUR, 4, Camera.GAIN, 2));
    List<String> ids = IntStream.rangeClosed(1, 20).mapToObj(FleetConfig::deviceId).toList();
    Map<String, Camera> chosen = degradations.choose(ids, 42);
    assertThat(chosen).hasSize(6).isEqualTo(degradations.choose(ids, 42));
    assertThat(chosen).isNotEqualTo(degradations.choose(ids, 43));
    assertThat(chosen.values().stream().filter(Camera.BLUR::equals)).hasSize(4);
  }

  @Test
  void refusesDegradationsThatMakeNoSense() {
    for (String text : List.of("", "blur", "blur:0", "blur:x", "fog:1", "blur:1,blur:2")) {
      assertRefused(ErrorCode.INPUT_INVALID, () -> Degradations.parse(text));
    }
    assertRefused(
        ErrorCode.INPUT_INVALID,
        () -> Degradations.parse("blur:2,gain:2").choose(List.of("a", "b", "c"), 1));
  }

  @Test
  void namesDevicesByNumber() throws Exception {
    Files.writeString(folder.resolve("trust.json"), "{}");
    Files.writeString(folder.resolve("root.pem"), "");
    FleetConfig config =
        new FleetConfig(folder, CONTROLLER, List.of(), folder, 3, 1, Optional.empty());
    assertThat(config.deviceIds()).containsExactly("sim-001", "sim-002", "sim-003");
  }

  @Test
  void reportsAllConfigurationProblemsAtOnce() {
    URI plain = URI.create("http://127.0.0.1:1");
    assertThatThrownBy(
            () -> new FleetConfig(folder, plain, List.of(), folder, 0, 1, Optional.empty()))
        .isInstanceOf(FlotillaException.class)
        .hasMessageContaining("1 to 10000 devices")
        .hasMessageContaining("https")
        .hasMessageContaining("trust.json")
        .hasMessageContaining("root.pem");
  }

  private static List<Integer> numbers(int devices, AcceleratorKind kind) {
    HardwareMix mix = new HardwareMix(devices);
    return IntStream.rangeClosed(1, devices).boxed().filter(n -> mix.of(n) == kind).toList();
  }

  private static void assertRefused(
      ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
