package io.flotilla.hardware.capability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.hardware.simulated.SimulatedAccelerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCapabilitiesTest {
  @TempDir Path folder;

  @Test
  void tellsWhatThisMachineOffers() {
    DeviceCapabilities host = HostCapabilities.probe();

    assertThat(host.runtimeVersion()).isEqualTo("1.29.0");
    assertThat(host.providers()).endsWith("CPUExecutionProvider");
    assertThat(host.architecture()).isEqualTo(System.getProperty("os.arch"));
    assertThat(host.cpuCount()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(host.memoryBytes()).isGreaterThan(Runtime.getRuntime().maxMemory() / 2);
    assertThat(host.hookAbi()).isEmpty();
  }

  @Test
  void simulatedAcceleratorsAreProvidersToo() {
    DeviceCapabilities host =
        HostCapabilities.of(
            List.of(SimulatedAccelerator.gpu(OnnxAccelerators.cpu()), OnnxAccelerators.cpu()));

    assertThat(host.providers())
        .containsExactly("SimulatedGpuExecutionProvider", "CPUExecutionProvider");
    assertThatIllegalArgumentException().isThrownBy(() -> HostCapabilities.of(List.of()));
  }

  @Test
  void readsTheFlagsOfBothArchitectures() throws IOException {
    Path intel =
        Files.writeString(
            folder.resolve("intel"),
            "processor\t: 0\nflags\t\t: fpu avx2\nbugs\t: x\n\nprocessor\t: 1\nflags\t\t: fpu avx2\n");
    Path arm =
        Files.writeString(folder.resolve("arm"), "Features\t: fp asimd\nCPU part\t: 0xd0c\n");

    assertThat(HostCapabilities.cpuFeatures(intel)).containsExactly("avx2", "fpu");
    assertThat(HostCapabilities.cpuFeatures(arm)).containsExactly("asimd", "fp");
    assertThat(HostCapabilities.cpuFeatures(folder.resolve("absent"))).isEmpty();
  }

  @Test
  void readsMemoryOfAProcess() throws IOException {
    Path status =
        Files.writeString(
            folder.resolve("status"), "Name:\tjava\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n");

    assertThat(ProcessMemory.of(status)).isEqualTo(new ProcessMemory(1L << 20, 2L << 20));
    assertThat(ProcessMemory.of(folder.resolve("absent"))).isEqualTo(new ProcessMemory(0, 0));
  }
}
