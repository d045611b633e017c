package io.flotilla.registry.audit;

import io.flotilla.bundle.Digest;
import io.flotilla.registry.codec.RecordCodec;
import java.util.Map;

/**
 * One link of the chain. An entry vouches for each record that it names until a later entry names
 * the same one.
 *
 * @param sequence its number, from 1, without gap
 * @param atMs when, in milliseconds since the epoch
 * @param actor who did it
 * @param action what was done, such as {@code model.register}
 * @param subject what it was done to, such as {@code model/digits:3}
 * @param details more about it, such as the {@code reason}
 * @param records each governed record that it wrote, by key: SHA-256 of the value in hex, or {@link
 *     #DELETED}
 * @param previous hash of the entry before; {@link AuditHead#NONE}'s for the first
 */
public record AuditEntry(
    long sequence,
    long atMs,
    String actor,
    String action,
    String subject,
    Map<String, String> details,
    Map<String, String> records,
    String previous) {
  /** Stands for a record that the action removed. */
  public static final String DELETED = "deleted";

  /** Takes copies. */
  public AuditEntry {
    details = Map.copyOf(details);
    records = Map.copyOf(records);
  }

  /** SHA-256 in hex of the stored form, which contains the hash of the entry before. */
  public String hash() {
    return Digest.of(RecordCodec.encode(this)).hex();
  }
}
