package io.flotilla.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same demo against Debian's mosquitto, configured as docs/operating/brokers.md says. */
class MosquittoDemoIT {
  private static final Path PAGE = Path.of("..", "docs", "operating", "brokers.md");

  @Test
  void theMainJobHoldsOnMosquittoWithTheDocumentedConfiguration(@TempDir Path folder)
      throws Exception {
    Optional<Path> mosquitto =
        Stream.of("/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    assumeThat(mosquitto).as("mosquitto is installed (apt-get install mosquitto)").isPresent();
    Path keep = folder.resolve("demo");
    Path files = folder.resolve("broker");
    DemoRun init =
        DemoRun.of(
            folder,
            "controller",
            "init",
            "--data",
            keep.resolve("controller").toString(),
            "--broker-files",
            files.toString());
    assertThat(init.exitStatus()).as(init.story()).isZero();
    int port = freePort();
    Process broker = start(mosquitto.get(), files, port);
    try {
      DemoRun run =
          DemoRun.of(
              folder,
              "demo",
              "--json",
              "--broker",
              "mqtts://localhost:" + port,
              "--keep",
              keep.toString());
      run.assertThatAllHeld();
    } finally {
      broker.destroyForcibly().waitFor();
    }
  }

  private static Process start(Path mosquitto, Path files, int port) throws IOException {
    String page = Files.readString(PAGE);
    Files.writeString(
        files.resolve("mosquitto.conf"),
        block(page, "mosquitto.conf")
            .replace("/etc/mosquitto/flotilla", files.toString())
            .replace("8883", Integer.toString(port)));
    Files.writeString(files.resolve("flotilla.acl"), block(page, "flotilla.acl"));
    Process process =
        new ProcessBuilder(mosquitto.toString(), "-c", files.resolve("mosquitto.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(files.resolve("mosquitto.log").toFile())
            .start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> accepts(port) || !process.isAlive());
    assertThat(process.isAlive()).as(Files.readString(files.resolve("mosquitto.log"))).isTrue();
    return process;
  }

  /** The fenced block after the line that names the file. */
  private static String block(String page, String name) {
    Matcher matcher =
        Pattern.compile("(?s)`" + Pattern.quote(name) + "`[^\n]*\n+```[a-z]*\n(.*?)```")
            .matcher(page);
    assertThat(matcher.find()).as("the page shows " + name).isTrue();
    return matcher.group(1);
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
