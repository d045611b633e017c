package io.flotilla.simulator.app;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.simulator.camera.Camera;
import io.flotilla.simulator.command.FleetCommand;
import io.flotilla.simulator.command.FleetEvent;
import io.flotilla.simulator.command.codec.FleetLines;
import io.flotilla.simulator.fleet.FleetConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fleet that another process drives: commands come in as JSON lines, and each is answered by
 * exactly one line that is not progress. The end of the commands stops the fleet.
 */
public final class FleetProcess {
  private static final Logger LOG = LoggerFactory.getLogger(FleetProcess.class);

  private final FleetConfig config;
  private final Fleet fleet;
  private final PrintStream events;
  private final CountDownLatch stop = new CountDownLatch(1);

  private FleetProcess(FleetConfig config, Fleet fleet, PrintStream events) {
    this.config = config;
    this.fleet = fleet;
    this.events = events;
  }

  /**
   * Obeys commands until one is {@code stop} or there are no more; then all agents are stopped.
   *
   * @param log the log of this process
   * @param commands JSON lines in UTF-8
   * @param events where the answers go, and nothing else may
   * @throws FlotillaException {@code INPUT_INVALID} if the commands cannot be read any more
   */
  public static void run(
      FleetConfig config, FleetLog log, InputStream commands, PrintStream events) {
    try (Fleet fleet = new Fleet(config, log)) {
      new FleetProcess(config, fleet, events)
          .obey(new BufferedReader(new InputStreamReader(commands, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the fleet's commands cannot be read any more", e);
    }
    say(events, new FleetEvent.Stopped());
  }

  /**
   * Keeps every device scoring until it is told to stop; {@link Simulation} says what is printed.
   *
   * @param log the log of this process
   * @param stop counted down to end; everything is closed when this method returns
   */
  public static void simulate(
      FleetConfig config, FleetLog log, SimulationPlan plan, PrintStream out, CountDownLatch stop) {
    try (Fleet fleet = new Fleet(config, log)) {
      new Simulation(fleet, config, plan, out).run(stop);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void obey(BufferedReader commands) throws IOException {
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      if (line.isBlank()) {
        continue;
      }
      FleetEvent answer = answer(line);
      if (answer instanceof FleetEvent.Stopped) {
        return;
      }
      say(events, answer);
    }
  }

  /** Whatever goes wrong with one command is answered; the fleet goes on. */
  private FleetEvent answer(String line) {
    try {
      return carryOut(FleetLines.decodeCommand(line));
    } catch (FlotillaException e) {
      LOG.info("refused a command: {} {}", e.code(), e.getMessage());
      return new FleetEvent.Failed(e.code().name(), String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new FleetEvent.Stopped();
    } catch (RuntimeException e) {
      LOG.error("a command failed", e);
      return new FleetEvent.Failed(ErrorCode.INTERNAL.name(), "the fleet failed: " + e);
    }
  }

  private FleetEvent carryOut(FleetCommand command) throws InterruptedException {
    return switch (command) {
      case FleetCommand.Enrol enrol -> {
        fleet.enrol(progress("enrol", config.devices()));
        yield new FleetEvent.Enrolled(config.devices());
      }
      case FleetCommand.Start start -> {
        fleet.start(progress("start", config.devices()));
        yield new FleetEvent.Started(config.devices());
      }
      case FleetCommand.Feed feed -> {
        long windows = (long) config.devices() * feed.windows();
        yield new FleetEvent.Fed(
            fleet.feed(feed.windows(), feed.rows(), progress("feed", windows)));
      }
      case FleetCommand.Degrade degrade -> {
        List<String> devices = degrade.devices();
        fleet.degrade(devices, Camera.parse(degrade.kind()));
        yield new FleetEvent.Degraded(devices, degrade.kind());
      }
      case FleetCommand.Status status -> new FleetEvent.Status(fleet.status());
      case FleetCommand.Labels labels ->
          new FleetEvent.Labels(fleet.labels(Path.of(labels.file())));
      case FleetCommand.Drain drain ->
          new FleetEvent.Drained(fleet.drain(drain.timeoutSeconds(), stop));
      case FleetCommand.Stop ignored -> new FleetEvent.Stopped();
    };
  }

  private LongConsumer progress(String command, long total) {
    return done -> say(events, new FleetEvent.Progress(command, done, total));
  }

  private static void say(PrintStream events, FleetEvent event) {
    synchronized (events) {
      events.println(FleetLines.encode(event));
      events.flush();
    }
  }
}
