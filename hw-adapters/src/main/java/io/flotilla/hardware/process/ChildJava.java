package io.flotilla.hardware.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Another Java with the classes of this one, for work that may crash, hang or take all memory. Its
 * command line is short, since ONNX Runtime crashes where it is long: the class path is a variable.
 */
public final class ChildJava {
  /** The exit status of a child whose heap was too small. */
  public static final int HEAP_EXHAUSTED = 3;

  private static final Logger LOG = LoggerFactory.getLogger(ChildJava.class);
  private static final long KILL_SECONDS = 10;

  /** Nothing of this process's environment, which may hold secrets, but what Java itself needs. */
  private static final List<String> VARIABLES =
      List.of("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH");

  private final Path folder;
  private final List<String> prefix;
  private final List<String> options;

  /**
   * A child.
   *
   * @param folder where it works and has its temporary files
   * @param prefix a command that becomes Java, as {@code nice}; empty for none
   * @param options of the virtual machine, beside those that every child has
   */
  public ChildJava(Path folder, List<String> prefix, List<String> options) {
    this.folder = folder;
    this.prefix = List.copyOf(prefix);
    this.options = List.copyOf(options);
  }

  /**
   * Starts it.
   *
   * @throws IOException if there is no Java or no process to be had
   */
  public Process start(Class<?> main, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + folder,
            main.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(VARIABLES);
    environment.put("CLASSPATH", absolute(System.getProperty("java.class.path")));
    return builder.start();
  }

  /**
   * Kills a process with its children and waits until it is gone, at most 10 s. An interrupt ends
   * the waiting, not the killing, and stays set.
   */
  public static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    // Not process.destroyForcibly(): it closes the output while a reader is still reading it.
    process.toHandle().destroyForcibly();
    try {
      if (!process.waitFor(KILL_SECONDS, TimeUnit.SECONDS)) {
        LOG.error("process {} does not die", process.pid());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String absolute(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
