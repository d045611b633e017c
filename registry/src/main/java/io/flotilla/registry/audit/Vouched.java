package io.flotilla.registry.audit;

import io.flotilla.bundle.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Which entry vouches for which value of each record, in 40 bytes a record: keys and values stand
 * as the first 128 bits of their SHA-256. A fixed table with linear probing.
 */
final class Vouched {
  /** Most records that one table takes; it is 21 MB large. */
  static final int MAX_RECORDS = 400_000;

  private static final int CAPACITY = 1 << 19;
  private static final int MASK = CAPACITY - 1;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Value DELETED = new Value(0, 0);

  /** What is no digest vouches for nothing. */
  private static final Value NOTHING = new Value(-1, -1);

  private final long[] keyHigh = new long[CAPACITY];
  private final long[] keyLow = new long[CAPACITY];
  private final long[] valueHigh = new long[CAPACITY];
  private final long[] valueLow = new long[CAPACITY];

  /** Number of the entry; 0 where the table is empty. */
  private final long[] sequences = new long[CAPACITY];

  private final BitSet done = new BitSet(CAPACITY);

  /** A record's key. */
  record Key(long high, long low) {
    static Key of(String key) {
      ByteBuffer sha256 =
          ByteBuffer.wrap(Digest.newSha256().digest(key.getBytes(StandardCharsets.UTF_8)));
      return new Key(sha256.getLong(), sha256.getLong());
    }

    /** Which of so many parts it belongs to. */
    int part(int parts) {
      return (int) Long.remainderUnsigned(high, parts);
    }
  }

  private record Value(long high, long low) {
    static Value of(String digest) {
      if (digest.equals(AuditEntry.DELETED)) {
        return DELETED;
      }
      if (!SHA256.matcher(digest).matches()) {
        return NOTHING;
      }
      return new Value(
          HexFormat.fromHexDigitsToLong(digest, 0, 16),
          HexFormat.fromHexDigitsToLong(digest, 16, 32));
    }
  }

  /** Notes what an entry says, in place of what an earlier one said. */
  void put(Key key, String digest, long sequence) {
    int at = slot(key);
    Value value = Value.of(digest);
    keyHigh[at] = key.high();
    keyLow[at] = key.low();
    valueHigh[at] = value.high();
    valueLow[at] = value.low();
    sequences[at] = sequence;
  }

  /** Number of the newest entry that names this record; 0 if none does. */
  long sequence(Key key) {
    return sequences[slot(key)];
  }

  /** Whether the newest entry that names this record vouches for this. */
  boolean vouches(Key key, String digest) {
    int at = slot(key);
    Value value = Value.of(digest);
    return sequences[at] != 0 && valueHigh[at] == value.high() && valueLow[at] == value.low();
  }

  boolean isDeleted(Key key) {
    return vouches(key, AuditEntry.DELETED);
  }

  void setDone(Key key) {
    done.set(slot(key));
  }

  boolean isDone(Key key) {
    return done.get(slot(key));
  }

  /** Whether there is a record that should be there and is not done. */
  boolean lacksSome() {
    for (int at = done.nextClearBit(0); at < CAPACITY; at = done.nextClearBit(at + 1)) {
      if (sequences[at] != 0 && (valueHigh[at] != 0 || valueLow[at] != 0)) {
        return true;
      }
    }
    return false;
  }

  /** Where a key is, or would be put. */
  private int slot(Key key) {
    int at = (int) key.low() & MASK;
    while (sequences[at] != 0 && (keyHigh[at] != key.high() || keyLow[at] != key.low())) {
      at = (at + 1) & MASK;
    }
    return at;
  }
}
