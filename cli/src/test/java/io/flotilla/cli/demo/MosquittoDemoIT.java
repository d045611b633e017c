package io.flotilla.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.flotilla.bundle.layout.DurableFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
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
    // Not below the test's folder: the broker becomes its own user, who cannot enter that.
    Path files = Files.createTempDirectory("flotilla-mosquitto");
    DemoRun init =
        DemoRun.of(
            folder,
            "controller",
            "init",
            "--json",
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
      DurableFiles.deleteTree(files);
    }
  }

  private static Process start(Path mosquitto, Path files, int port) throws IOException {
    Files.writeString(
        files.resolve("mosquitto.conf"),
        block("conf")
            .replace("/etc/mosquitto/flotilla", files.toString())
            .replace("listener 8883", "listener " + port));
    Files.writeString(files.resolve("acl"), block("acl"));
    if (System.getProperty("user.name").equals("root")) {
      giveToMosquitto(files); // what the page's chown does
    }
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

  private static void giveToMosquitto(Path folder) throws IOException {
    UserPrincipal user =
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("mosquitto");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.setOwner(file, user);
      }
    }
  }

  /** The page's only fenced block of this kind. */
  private static String block(String kind) throws IOException {
    Matcher matcher =
        Pattern.compile("(?ms)^```" + kind + "\n(.*?)^```$").matcher(Files.readString(PAGE));
    assertThat(matcher.find()).as("the page has a block " + kind).isTrue();
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
