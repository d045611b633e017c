package io.flotilla.cli.testing;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.OperatorContext;
import io.flotilla.cli.codec.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A controller of the assembled distribution, as a process of its own. */
public final class ControllerProcess implements AutoCloseable {
  private static final Path JAR = Path.of("target", "flotilla", "flotilla.jar").toAbsolutePath();

  private final Process process;
  private final ApiClient api;
  private final URI broker;

  private ControllerProcess(Process process, ApiClient api, URI broker) {
    this.process = process;
    this.api = api;
    this.broker = broker;
  }

  /** Starts it on this data folder and waits until it is ready; it ends with this process. */
  public static ControllerProcess start(Path data, Path trust) throws IOException {
    Path errors = Files.createTempFile(data.getParent(), "controller", ".err");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-jar",
                JAR.toString(),
                "controller",
                "--json",
                "--exit-with-parent",
                "--data",
                data.toString(),
                "--trust",
                trust.toString(),
                "--http-port",
                "0",
                "--mqtt-port",
                "0")
            .redirectError(errors.toFile())
            .start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains("\"ready\"")) {
        return new ControllerProcess(
            process,
            new ApiClient(OperatorContext.read(data.resolve("operator.json"))),
            URI.create(Json.parse(line).text("broker")));
      }
    }
    throw new IOException("the controller did not start: " + List.of(Files.readString(errors)));
  }

  /** A client of its API. */
  public ApiClient api() {
    return api;
  }

  /** Address of its broker. */
  public URI broker() {
    return broker;
  }

  /** Kills it with SIGKILL and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  @Override
  public void close() {
    kill();
    api.close();
  }
}
