package io.flotilla.registry.dataset;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.name.Names;
import java.util.Map;
import java.util.Optional;

/**
 * What is said of a dataset that is to be registered.
 *
 * @param name of the dataset
 * @param format how the file is written; empty to detect it
 * @param fileName helps to detect the format
 * @param description up to {@link #MAX_DESCRIPTION_CHARS} characters; "" for none
 * @param tags free text
 */
public record NewDataset(
    String name,
    Optional<DatasetFormat> format,
    Optional<String> fileName,
    String description,
    Map<String, String> tags) {
  /** Longest description in characters. */
  public static final int MAX_DESCRIPTION_CHARS = 4096;

  /**
   * Checks name, description and tags.
   *
   * @throws FlotillaException {@code NAME_INVALID}; {@code INPUT_INVALID} if the description or the
   *     tags are over their limits
   */
  public NewDataset {
    Names.requireName("dataset", name);
    Names.requireTags(tags);
    if (description.length() > MAX_DESCRIPTION_CHARS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a description has at most %d characters".formatted(MAX_DESCRIPTION_CHARS));
    }
    tags = Map.copyOf(tags);
  }

  /** A dataset of this name whose format is detected, without a word about it. */
  public static NewDataset named(String name) {
    return new NewDataset(name, Optional.empty(), Optional.empty(), "", Map.of());
  }

  /** The same with a format that is not to be detected. */
  public NewDataset withFormat(DatasetFormat as) {
    return new NewDataset(name, Optional.of(as), fileName, description, tags);
  }

  /** The same with the name of the file, which helps to detect the format. */
  public NewDataset withFileName(String file) {
    return new NewDataset(name, format, Optional.of(file), description, tags);
  }

  /** The same with a description. */
  public NewDataset withDescription(String text) {
    return new NewDataset(name, format, fileName, text, tags);
  }

  /** The same with these tags. */
  public NewDataset withTags(Map<String, String> others) {
    return new NewDataset(name, format, fileName, description, others);
  }
}
