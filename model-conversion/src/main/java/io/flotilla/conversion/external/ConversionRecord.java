package io.flotilla.conversion.external;

import io.flotilla.bundle.Digest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of what by which command: the lineage of a converted model.
 *
 * @param command the program and its arguments, as they were run
 * @param commandDigest SHA-256 over the command and the declared environment, each text in UTF-8
 *     followed by a NUL, the environment as {@code NAME=value} in the order of names
 * @param inputs digest of each declared input by file name, as the command found it
 * @param output path that the command wrote, relative to its folder
 * @param outputDigest of the file that was kept
 * @param outputBytes its size
 * @param millis how long the command ran
 */
public record ConversionRecord(
    List<String> command,
    Digest commandDigest,
    Map<String, Digest> inputs,
    String output,
    Digest outputDigest,
    long outputBytes,
    long millis) {
  /** Copies the collections. */
  public ConversionRecord {
    command = List.copyOf(command);
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
  }
}
