package io.flotilla.hardware.probe;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.hardware.probe.ProbeResult.Stage;
import io.flotilla.hardware.probe.ProbeWire.Reply;
import io.flotilla.hardware.probe.ProbeWire.Request;
import io.flotilla.hardware.process.ChildJava;
import io.flotilla.hardware.process.OutputTail;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process that tries models, as its parent sees it. Confined to one thread. */
final class ProbeChild implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProbeChild.class);
  private static final Duration START_TIME = Duration.ofSeconds(60);
  private static final int KILL_SECONDS = 10;
  private static final int SIGNALLED = 128;
  private static final int TAIL_BYTES = 8_192;

  /** What processes that got no memory say last: Java, Java's machine, C++. */
  private static final List<String> MEMORY_COMPLAINTS =
      List.of(
          "OutOfMemoryError",
          "insufficient memory for the Java Runtime",
          "Out of Memory Error",
          "bad_alloc");

  private final ProbeLimits limits;
  private final Path folder;
  private final Process process;
  private final DataOutputStream requests;
  private final BlockingQueue<Optional<Reply>> replies = new LinkedBlockingQueue<>();
  private final DataInputStream answers;
  // Java's crash reports come where the replies do.
  private final OutputTail strays;
  private final OutputTail errors;
  private final Thread replyReader;
  private final Thread errorReader;
  private String runtimeVersion = "";
  private boolean madeUp;

  private ProbeChild(ProbeLimits limits, Path folder, Process process) {
    this.limits = limits;
    this.folder = folder;
    this.process = process;
    this.requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    this.answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
    this.strays = new OutputTail(answers, TAIL_BYTES);
    this.errors = new OutputTail(process.getErrorStream(), TAIL_BYTES);
    String name = "probe-" + process.pid();
    this.errorReader = Thread.ofVirtual().name(name + "-errors").start(errors);
    this.replyReader = Thread.ofVirtual().name(name + "-replies").start(this::listen);
  }

  /**
   * Starts a process and waits until the runtime is up in it.
   *
   * @param folder for its own files; goes with it
   */
  static ProbeChild start(ProbeLimits limits, Path folder) throws InterruptedException {
    ProbeChild child = new ProbeChild(limits, folder, ProbeCommand.start(limits, folder));
    boolean ready = false;
    try {
      child.awaitReady();
      ready = true;
      return child;
    } finally {
      if (!ready) {
        child.close();
      }
    }
  }

  /** Version of the runtime in it. */
  String runtimeVersion() {
    return runtimeVersion;
  }

  /** Id of the process. */
  long pid() {
    return process.pid();
  }

  /** Whether the last run was on an input that was made up. */
  boolean madeUp() {
    return madeUp;
  }

  /** Tries one model. After a result that is neither Ran nor Refused the process is gone. */
  ProbeResult probe(Request request) throws InterruptedException {
    Thread.ofVirtual().name("probe-" + process.pid() + "-request").start(() -> send(request));
    Stage stage = Stage.LOAD;
    madeUp = false;
    long deadline = System.nanoTime() + limits.time().toNanos();
    while (true) {
      Optional<Reply> reply = replies.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (reply == null) {
        kill();
        return new ProbeResult.TimedOut(stage, limits.time());
      }
      if (reply.isEmpty()) {
        return ended(stage);
      }
      switch (reply.get()) {
        case Reply.Loaded loaded -> {
          stage = Stage.RUN;
          madeUp = loaded.madeUp();
        }
        case Reply.Ran ran -> {
          return ran.result();
        }
        case Reply.Refused refused -> {
          return new ProbeResult.Refused(stage, refused.code(), refused.message());
        }
        case Reply.OutOfMemory() -> {
          kill();
          return new ProbeResult.OutOfMemory(stage, limits.memoryBytes());
        }
        case Reply.Ready ready -> throw new IllegalStateException("ready twice: " + ready);
      }
    }
  }

  /** Kills the process and removes its files. */
  @Override
  public void close() {
    kill();
    try {
      DurableFiles.deleteTree(folder);
    } catch (IOException e) {
      LOG.warn("the folder {} of a probe is left", folder, e);
    }
  }

  private void awaitReady() throws InterruptedException {
    Optional<Reply> reply = replies.poll(START_TIME.toNanos(), TimeUnit.NANOSECONDS);
    if (reply != null && reply.isPresent()) {
      switch (reply.get()) {
        case Reply.Ready ready -> {
          runtimeVersion = ready.runtimeVersion();
          return;
        }
        case Reply.Refused refused ->
            throw new FlotillaException(refused.code(), refused.message());
        case Reply.Loaded _, Reply.Ran _, Reply.OutOfMemory _ -> LOG.error("said {}", reply.get());
      }
    }
    kill();
    throw new FlotillaException(
        ErrorCode.INSPECTION_FAILED,
        "the process that tries models does not start; its output ends with: " + said());
  }

  /** The process is gone, or has said what nobody understands. */
  private ProbeResult ended(Stage stage) throws InterruptedException {
    boolean byItself = process.waitFor(KILL_SECONDS, TimeUnit.SECONDS);
    kill();
    String said = said();
    int status = process.exitValue();
    if (status == ChildJava.HEAP_EXHAUSTED || MEMORY_COMPLAINTS.stream().anyMatch(said::contains)) {
      return new ProbeResult.OutOfMemory(stage, limits.memoryBytes());
    }
    OptionalInt signal =
        byItself && status > SIGNALLED ? OptionalInt.of(status - SIGNALLED) : OptionalInt.empty();
    return new ProbeResult.Crashed(stage, status, signal, said);
  }

  private void send(Request request) {
    try {
      ProbeWire.write(requests, request);
    } catch (IOException e) {
      // The process has died or will be killed at its limit: its replies tell.
      LOG.debug("the request did not reach the probe", e);
    }
  }

  /** Takes replies as long as they are some, and the rest of the output for the report. */
  private void listen() {
    try {
      while (true) {
        replies.add(Optional.of(ProbeWire.readReply(answers)));
      }
    } catch (IOException e) {
      LOG.debug("the probe's replies end", e);
      replies.add(Optional.empty());
      strays.run();
    }
  }

  /** The end of what a dead process wrote. */
  private String said() throws InterruptedException {
    replyReader.join(TimeUnit.SECONDS.toMillis(KILL_SECONDS));
    errorReader.join(TimeUnit.SECONDS.toMillis(KILL_SECONDS));
    return (errors.text() + strays.text()).strip();
  }

  private void kill() {
    ChildJava.kill(process);
  }
}
