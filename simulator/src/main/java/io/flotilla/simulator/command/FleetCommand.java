package io.flotilla.simulator.command;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;

/** What a fleet process can be told to do. */
public sealed interface FleetCommand {
  /** Most rows that one feed may give to one device. */
  long MAX_ROWS = 10_000_000;

  /** Longest wait of a drain in seconds. */
  int MAX_DRAIN_SECONDS = 3_600;

  /** Give every device an identity. */
  record Enrol() implements FleetCommand {}

  /** Start every device's agent; every device must have an identity. */
  record Start() implements FleetCommand {}

  /**
   * Let every device score.
   *
   * @param windows batches of rows, ≥ 1
   * @param rows rows of a batch, ≥ 1
   */
  record Feed(int windows, int rows) implements FleetCommand {
    /** Checks the range. */
    public Feed {
      if (windows < 1 || rows < 1 || (long) windows * rows > MAX_ROWS) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "feed needs windows and rows of at least 1 and at most %d rows in all"
                .formatted(MAX_ROWS));
      }
    }
  }

  /**
   * Change cameras.
   *
   * @param devices ids
   * @param kind {@code none}, {@code blur} or {@code gain}
   */
  record Degrade(List<String> devices, String kind) implements FleetCommand {
    /** Copies the list. */
    public Degrade {
      devices = List.copyOf(devices);
    }
  }

  /** Say how every device is. */
  record Status() implements FleetCommand {}

  /**
   * Write the true labels of the predictions made so far.
   *
   * @param file path of the file to write
   */
  record Labels(String file) implements FleetCommand {}

  /**
   * Wait until the controller has acknowledged everything.
   *
   * @param timeoutSeconds longest wait, 1 to 3,600
   */
  record Drain(int timeoutSeconds) implements FleetCommand {
    /** Checks the range. */
    public Drain {
      if (timeoutSeconds < 1 || timeoutSeconds > MAX_DRAIN_SECONDS) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID, "drain waits 1 to %d seconds".formatted(MAX_DRAIN_SECONDS));
      }
    }
  }

  /** Stop every agent and end. */
  record Stop() implements FleetCommand {}
}
