package io.flotilla.agent.app;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent that a command can start anew within its process: store, connection and models are
 * closed and opened again. If it does not start, that is tried again every 5 s. Thread-safe.
 */
public final class RestartableAgent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RestartableAgent.class);
  private static final long RETRY_SECONDS = 5;

  private final AgentConfig config;
  private final AgentParts parts;
  private final CountDownLatch closed = new CountDownLatch(1);

  @GuardedBy("this")
  private Agent agent;

  private RestartableAgent(
      AgentConfig config, AgentParts parts, IntFunction<List<String>> recentLog) {
    this.config = config;
    this.parts = parts.in(new Host(recentLog));
    synchronized (this) {
      // A command to restart may come before this has ended.
      this.agent = Agent.start(config, this.parts);
    }
  }

  /**
   * Starts it.
   *
   * @param recentLog gives the last lines of the log, oldest first, at most so many; no lines if
   *     none is kept
   * @throws FlotillaException as {@link Agent#start} does
   */
  public static RestartableAgent start(
      AgentConfig config, AgentParts parts, IntFunction<List<String>> recentLog) {
    return new RestartableAgent(config, parts, recentLog);
  }

  /** The agent of this moment; waits while it is started anew. Do not keep it. */
  public synchronized Agent agent() {
    return agent;
  }

  @Override
  public void close() {
    closed.countDown();
    synchronized (this) {
      agent.close();
    }
  }

  private synchronized boolean startAgain() {
    if (closed.getCount() == 0) {
      return true;
    }
    agent.close();
    try {
      agent = Agent.start(config, parts);
      return true;
    } catch (FlotillaException e) {
      LOG.error(
          "{} did not start anew: {} {}", config.identity().deviceId(), e.code(), e.getMessage());
      return false;
    }
  }

  private void restartOnce() {
    try {
      while (!startAgain()) {
        if (closed.await(RETRY_SECONDS, TimeUnit.SECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Host implements AgentHost {
    private final IntFunction<List<String>> log;

    Host(IntFunction<List<String>> log) {
      this.log = log;
    }

    @Override
    public boolean restarts() {
      return true;
    }

    @Override
    public void restart() {
      var _ =
          Thread.ofPlatform()
              .name("agent-" + config.identity().deviceId() + "-restart")
              .daemon(true)
              .start(RestartableAgent.this::restartOnce);
    }

    @Override
    public List<String> recentLog(int lines) {
      return log.apply(lines);
    }
  }
}
