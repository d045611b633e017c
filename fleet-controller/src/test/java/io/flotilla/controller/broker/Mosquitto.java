package io.flotilla.controller.broker;

import static org.awaitility.Awaitility.await;

import io.flotilla.controller.identity.CertificateAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The machine's mosquitto, with the files that {@code docs/operating/brokers.md} gives: only port
 * and folder are replaced.
 */
public final class Mosquitto implements AutoCloseable {
  private static final Path PAGE = Path.of("..", "docs", "operating", "brokers.md");
  private static final String INSTALLED_FOLDER = "/etc/mosquitto/flotilla";
  private static final String INSTALLED_PORT = "listener 8883";
  private static final List<String> PLACES =
      List.of("/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto");

  private final Path folder;
  private final int port;
  private @Nullable Process process;

  private Mosquitto(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /** Where it is installed, if it is. */
  public static Optional<Path> binary() {
    return PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
  }

  /**
   * Starts it with certificates of this authority, in a folder of its own: started as root, it
   * becomes its own user, who cannot enter a folder of somebody else.
   */
  public static Mosquitto start(CertificateAuthority authority) throws IOException {
    Path folder = Files.createTempDirectory("flotilla-mosquitto");
    authority.writeBrokerFiles(folder, List.of());
    Mosquitto mosquitto = new Mosquitto(folder, freePort());
    String configuration =
        block("conf")
            .replace(INSTALLED_FOLDER, folder.toString())
            .replace(INSTALLED_PORT, "listener " + mosquitto.port);
    Files.writeString(folder.resolve("mosquitto.conf"), configuration);
    Files.writeString(folder.resolve("acl"), block("acl"));
    if (System.getProperty("user.name").equals("root")) {
      own(folder); // what the page's chown does
    }
    boolean launched = false;
    try {
      mosquitto.launch();
      launched = true;
    } finally {
      if (!launched) {
        mosquitto.close();
      }
    }
    return mosquitto;
  }

  /** The only block of this kind on the page. */
  static String block(String kind) throws IOException {
    Matcher found =
        Pattern.compile("(?m)^ *```" + kind + "\\n(.*?)^ *```$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(Files.readString(PAGE));
    if (!found.find()) {
      throw new IllegalStateException("no block " + kind + " in " + PAGE);
    }
    return found.group(1).stripIndent();
  }

  /** Starts the process again after {@link #kill}. */
  public void launch() throws IOException {
    Path log = folder.resolve("mosquitto.log");
    process =
        new ProcessBuilder(
                binary().orElseThrow().toString(),
                "-c",
                folder.resolve("mosquitto.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    await().atMost(15, TimeUnit.SECONDS).failFast(() -> !running()).until(this::listens);
  }

  private boolean running() {
    return process != null && process.isAlive();
  }

  private boolean listens() {
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Adds rules at the end of its ACL file, and has it read that again. */
  void appendRules(String rules) throws IOException, InterruptedException {
    Path acl = folder.resolve("acl");
    Files.writeString(acl, Files.readString(acl) + "\n" + rules);
    if (process != null) {
      new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
    }
  }

  /** Its ACL file. */
  Path rules() {
    return folder.resolve("acl");
  }

  /** A command that has it read that again. */
  String reload() {
    return process == null ? "false" : "kill -HUP " + process.pid();
  }

  /** Ends it without notice. */
  public void kill() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  public URI address() {
    return URI.create("mqtts://localhost:" + port);
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void own(Path folder) throws IOException {
    var user = folder.getFileSystem().getUserPrincipalLookupService();
    var mosquitto = user.lookupPrincipalByName("mosquitto");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.setOwner(file, mosquitto);
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0)) {
      return probe.getLocalPort();
    }
  }
}
