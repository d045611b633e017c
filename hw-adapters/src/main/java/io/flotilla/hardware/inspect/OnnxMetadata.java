package io.flotilla.hardware.inspect;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the author noted in the file, without meaning to the runtime.
 *
 * @param entries values by key, sorted; at most {@link OnnxLimits#METADATA_ENTRIES}, the file's
 *     first ones, each key and value cut after {@link OnnxLimits#METADATA_CHARS} characters
 * @param complete whether nothing was left out or cut
 */
public record OnnxMetadata(Map<String, String> entries, boolean complete) {
  /** Copies the map. */
  public OnnxMetadata {
    entries = Collections.unmodifiableMap(new TreeMap<>(entries));
  }
}
