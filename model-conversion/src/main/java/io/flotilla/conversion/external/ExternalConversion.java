package io.flotilla.conversion.external;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A conversion by a command.
 *
 * @param command the program and its arguments, run without a shell in a folder that holds the
 *     inputs; a program without a slash is looked up in {@code PATH}; 1 to 256 texts without NUL,
 *     64 KiB together
 * @param inputs files that are copied into that folder under their own names: 1 to 64, names
 *     distinct
 * @param output path of the ONNX file that the command writes, relative to that folder, not one of
 *     the inputs
 * @param environment variables beside {@code PATH}, {@code HOME} and {@code LANG}: at most 64,
 *     names of letters, digits and underscores
 * @param limit how long the command may run; more than 0, at most a day
 */
public record ExternalConversion(
    List<String> command,
    List<Path> inputs,
    String output,
    Map<String, String> environment,
    Duration limit) {
  private static final int MAX_ARGUMENTS = 256;
  private static final int MAX_COMMAND_CHARS = 1 << 16;
  private static final int MAX_INPUTS = 64;
  private static final int MAX_VARIABLES = 64;
  private static final int MAX_VALUE_CHARS = 4_096;
  private static final Duration MAX_LIMIT = Duration.ofDays(1);
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

  /**
   * Copies the collections and checks all ranges.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if anything is out of range; {@code
   *     BUNDLE_PATH_UNSAFE} if the output is no plain relative path
   */
  public ExternalConversion {
    command = List.copyOf(command);
    inputs = List.copyOf(inputs);
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    require(
        !command.isEmpty() && !command.getFirst().isBlank() && command.size() <= MAX_ARGUMENTS,
        "a converter needs a command of 1 to %d words".formatted(MAX_ARGUMENTS));
    require(
        command.stream().mapToInt(String::length).sum() <= MAX_COMMAND_CHARS
            && command.stream().noneMatch(word -> word.indexOf('\0') >= 0),
        "a converter's command has at most %d characters and no NUL".formatted(MAX_COMMAND_CHARS));
    require(
        !inputs.isEmpty() && inputs.size() <= MAX_INPUTS,
        "a converter needs 1 to %d input files".formatted(MAX_INPUTS));
    Set<String> names = new HashSet<>();
    for (Path input : inputs) {
      require(
          input.getFileName() != null && names.add(input.getFileName().toString()),
          "the converter's inputs need names of their own, which %s has not".formatted(input));
    }
    require(
        !names.contains(BundlePaths.requireSafe(output)),
        "a converter's output is a file of its own and none of its inputs");
    require(
        environment.size() <= MAX_VARIABLES
            && environment.keySet().stream().allMatch(name -> VARIABLE.matcher(name).matches())
            && environment.values().stream()
                .allMatch(v -> v.length() <= MAX_VALUE_CHARS && v.indexOf('\0') < 0),
        "a converter takes up to %d variables with plain names and values of up to %d characters"
            .formatted(MAX_VARIABLES, MAX_VALUE_CHARS));
    require(
        limit.isPositive() && limit.compareTo(MAX_LIMIT) <= 0,
        "a converter's time limit is more than 0 and at most a day");
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }
}
