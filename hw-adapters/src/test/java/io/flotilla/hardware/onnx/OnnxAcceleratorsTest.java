package io.flotilla.hardware.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.AcceleratorInfo;
import io.flotilla.hardware.AcceleratorKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxAcceleratorsTest {
  @TempDir Path folder;

  @Test
  void theCpuIsAlwaysThereAndLast() {
    assertThat(OnnxAccelerators.cpu().info())
        .isEqualTo(
            new AcceleratorInfo(
                AcceleratorKind.CPU,
                "CPUExecutionProvider",
                false,
                OnnxAccelerators.runtimeVersion()));
    assertThat(OnnxAccelerators.probe().getLast().info()).isEqualTo(OnnxAccelerators.cpu().info());
    assertThat(OnnxAccelerators.runtimeVersion()).isEqualTo("1.29.0");
  }

  @Test
  void anAcceleratorThatIsNotThereIsRefusedNamingWhatIs() {
    List<AcceleratorKind> found =
        OnnxAccelerators.probe().stream()
            .map(Accelerator::info)
            .map(AcceleratorInfo::kind)
            .toList();
    for (AcceleratorKind kind : AcceleratorKind.values()) {
      if (found.contains(kind)) {
        assertThat(OnnxAccelerators.require(kind).info().kind()).isEqualTo(kind);
      } else {
        assertThatExceptionOfType(FlotillaException.class)
            .isThrownBy(() -> OnnxAccelerators.require(kind))
            .withMessageContaining("finds no " + kind)
            .withMessageContaining("CPU (CPUExecutionProvider)")
            .returns(ErrorCode.ACCELERATOR_UNAVAILABLE, FlotillaException::code);
      }
    }
  }

  @Test
  void countsTheCommandLineAndRefusesLongOnes() throws IOException {
    Path file = Files.writeString(folder.resolve("cmdline"), "java\0-jar\0x.jar\0", UTF_8);

    assertThat(OnnxRuntimes.commandLineBytes(file)).isEqualTo(16);
    assertThat(OnnxRuntimes.commandLineBytes(folder.resolve("absent"))).isZero();
    OnnxRuntimes.refuseLongCommandLine(OnnxRuntimes.MAX_COMMAND_LINE_BYTES);
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(
            () -> OnnxRuntimes.refuseLongCommandLine(OnnxRuntimes.MAX_COMMAND_LINE_BYTES + 1))
        .withMessageContaining("3901 bytes")
        .withMessageContaining("@argfile")
        .returns(ErrorCode.CONFIGURATION_INVALID, FlotillaException::code);
  }

  @Test
  void aLongCommandLineEndsInASentenceAndNotInACrash() throws IOException, InterruptedException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/cmdline")), "no /proc/self/cmdline here");
    assertThat(startWithPadding(100)).isEqualTo("started");
    assertThat(startWithPadding(5_000)).isEqualTo("CONFIGURATION_INVALID");
  }

  private String startWithPadding(int bytes) throws IOException, InterruptedException {
    Path output = folder.resolve("output-" + bytes);
    ProcessBuilder java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dpadding=" + "x".repeat(bytes),
                Start.class.getName())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    java.environment().put("CLASSPATH", classPath);
    Process process = java.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(output, UTF_8).strip();
  }

  /** What the child process runs. */
  static final class Start {
    private Start() {}

    public static void main(String[] args) {
      try {
        OnnxAccelerators.cpu();
        System.out.println("started");
      } catch (FlotillaException e) {
        System.out.println(e.code());
      }
    }
  }
}
