package io.flotilla.controller.broker;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.protocol.topic.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collection;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The access rules of mosquitto, kept by the controller: who may use which topic, and which devices
 * may use none. mosquitto applies a changed file to live connections too, once it is told to read
 * it again.
 */
public final class AclFile {
  private static final String BUNDLE_PARTS = "bundles/+/parts";
  private static final long RELOAD_SECONDS = 5;

  private final Topics topics;
  private final Path file;
  private final String reload;

  /**
   * The rules in this file.
   *
   * @param file mosquitto's {@code acl_file}; its folder must be writable, and the file is readable
   *     by all, since it holds no secret
   * @param reload shell command that has mosquitto read it again
   */
  public AclFile(Topics topics, Path file, String reload) {
    this.topics = topics;
    this.file = file;
    this.reload = reload;
  }

  /**
   * Writes the rules and has them read, if they are not what the file says. Takes at most 5 s.
   *
   * @param shutOut devices that may do nothing
   * @throws FlotillaException {@code STORAGE_FAILED} if the file cannot be written; {@code
   *     BROKER_FAILED} if the command fails, or does not end
   */
  public void write(Collection<String> shutOut) {
    byte[] text = text(shutOut).getBytes(StandardCharsets.US_ASCII);
    try {
      if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), text)) {
        return;
      }
      DurableFiles.write(
          file,
          text,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
      reload();
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the broker's rules %s cannot be written".formatted(file), e);
    }
  }

  private void reload() throws IOException {
    Process process =
        new ProcessBuilder("/bin/sh", "-c", reload)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    boolean done = false;
    try {
      done = process.waitFor(RELOAD_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!done) {
        process.destroyForcibly();
        // The next attempt must not take the file for one that was read.
        Files.deleteIfExists(file);
      }
    }
    if (!done) {
      throw new FlotillaException(
          ErrorCode.BROKER_FAILED,
          "the command \"%s\" failed, so that the broker did not read its rules again"
              .formatted(reload));
    }
  }

  String text(Collection<String> shutOut) {
    String root = topics.upOf("%u").replace("devices/%u/up/#", "");
    StringBuilder text = new StringBuilder();
    text.append("user controller\n");
    text.append("topic read ").append(topics.upOfAll()).append('\n');
    text.append("topic write ").append(root).append("devices/+/down/#\n");
    text.append("topic write ").append(root).append(BUNDLE_PARTS).append("\n\n");
    text.append("pattern write ").append(topics.upOf("%u")).append('\n');
    text.append("pattern read ").append(topics.downOf("%u")).append('\n');
    text.append("pattern read ").append(root).append(BUNDLE_PARTS).append('\n');
    for (String device : new TreeSet<>(shutOut)) {
      text.append("\nuser ").append(device).append("\ntopic deny flotilla/#\n");
    }
    return text.toString();
  }
}
