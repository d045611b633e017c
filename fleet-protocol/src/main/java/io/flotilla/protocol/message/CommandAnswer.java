package io.flotilla.protocol.message;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a device carried out a {@link DeviceCommand}; said once for each that it obeyed.
 *
 * @param schema version of this message; 1
 * @param command the command's id
 * @param measurements what there is to know, finite, with the unit in the name; at most {@value
 *     #MAX_MEASUREMENTS}
 * @param lines lines of the log, oldest first; at most {@value #MAX_LINES}, of {@value #MAX_CHARS}
 *     characters in all
 * @param failure why it could not; empty if it did
 * @param atMs Unix time in milliseconds on the device
 */
public record CommandAnswer(
    int schema,
    String command,
    Map<String, Double> measurements,
    List<String> lines,
    Optional<Progress.Failure> failure,
    long atMs) {
  /** Most lines of a log. */
  public static final int MAX_LINES = 500;

  /** Most characters of all lines. */
  public static final int MAX_CHARS = 60_000;

  private static final int MAX_MEASUREMENTS = 32;

  /**
   * Checks the ranges and copies.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public CommandAnswer {
    DeviceCommand.requireId(command);
    measurements = Map.copyOf(new TreeMap<>(measurements));
    lines = List.copyOf(lines);
    boolean small =
        measurements.size() <= MAX_MEASUREMENTS
            && measurements.values().stream().allMatch(Double::isFinite)
            && lines.size() <= MAX_LINES
            && lines.stream().mapToInt(String::length).sum() <= MAX_CHARS;
    if (!small) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "an answer has at most %d finite measurements, and %d lines of %d characters in all"
              .formatted(MAX_MEASUREMENTS, MAX_LINES, MAX_CHARS));
    }
  }

  /** It was done. */
  public static CommandAnswer done(
      DeviceCommand command, Map<String, Double> measurements, long atMs) {
    return new CommandAnswer(1, command.id(), measurements, List.of(), Optional.empty(), atMs);
  }

  /** It was not done. */
  public static CommandAnswer failed(DeviceCommand command, ErrorCode code, String why, long atMs) {
    Progress.Failure failure = new Progress.Failure(code.name(), why);
    return new CommandAnswer(1, command.id(), Map.of(), List.of(), Optional.of(failure), atMs);
  }

  /** The last lines of a log that fit. */
  public static CommandAnswer log(DeviceCommand command, List<String> log, long atMs) {
    int from = log.size();
    int chars = 0;
    while (from > 0
        && log.size() - from < MAX_LINES
        && chars + log.get(from - 1).length() <= MAX_CHARS) {
      from--;
      chars += log.get(from).length();
    }
    List<String> lines = log.subList(from, log.size());
    return new CommandAnswer(1, command.id(), Map.of(), lines, Optional.empty(), atMs);
  }
}
