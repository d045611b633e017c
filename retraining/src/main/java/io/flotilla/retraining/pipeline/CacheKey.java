package io.flotilla.retraining.pipeline;

import io.flotilla.bundle.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;

/**
 * The key that a step's output is kept under: SHA-256 of the code, the kind, all parameters with
 * their defaults, the criteria, the seed if it matters, and the digests of the inputs in their
 * order. One changed byte in any of them makes another key; the step's name does not matter.
 */
public final class CacheKey {
  private final MessageDigest sha256 = Digest.newSha256();

  private CacheKey() {}

  /**
   * The key of a step.
   *
   * @param code digest of the code that carries it out
   * @param seed of the pipeline
   * @param inputs digest of each input, by role, in the step's order
   * @param context what else the output depends on, such as the lineage that it names
   */
  public static Digest of(
      Digest code, Step step, long seed, Map<String, Digest> inputs, Map<String, String> context) {
    CacheKey key = new CacheKey();
    key.add(code.hex()).add(step.kind().title());
    for (String parameter : new TreeMap<>(step.kind().parameters()).keySet()) {
      key.add(parameter).add(step.text(parameter));
    }
    key.add(Integer.toString(step.criteria().size()));
    step.criteria().forEach(criterion -> key.add(criterion.text()));
    key.add(step.kind().seeded() ? Long.toString(seed) : "");
    key.add(Integer.toString(inputs.size()));
    inputs.forEach((role, digest) -> key.add(role).add(digest.hex()));
    new TreeMap<>(context).forEach((name, value) -> key.add(name).add(value));
    return Digest.ofRaw(key.sha256.digest());
  }

  /** Each part with its length before it, so that no two lists of parts run together alike. */
  private CacheKey add(String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    sha256.update(bytes);
    return this;
  }
}
