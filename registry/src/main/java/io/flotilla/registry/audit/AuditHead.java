package io.flotilla.registry.audit;

/**
 * The end of the chain at some moment. Kept in another place, it shows later that nothing before it
 * was changed or cut off, even by somebody who can rewrite the whole store.
 *
 * @param sequence number of the last entry; 0 if there is none
 * @param hash its hash, 64 hexadecimal digits
 */
public record AuditHead(long sequence, String hash) {
  /** The head of an empty chain; its hash is 64 zeros. */
  public static final AuditHead NONE = new AuditHead(0, "0".repeat(64));
}
