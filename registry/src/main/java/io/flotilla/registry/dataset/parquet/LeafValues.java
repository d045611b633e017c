package io.flotilla.registry.dataset.parquet;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.dataset.parquet.Leaf.Annotation;
import io.flotilla.registry.dataset.parquet.Leaf.Meaning;
import io.flotilla.registry.dataset.table.ColumnType;
import io.flotilla.registry.dataset.table.TableLimits;
import io.flotilla.registry.dataset.table.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.function.Function;

/**
 * What the bytes of a column stand for.
 *
 * @param type of the column
 * @param reader makes a value of its bytes
 */
record LeafValues(ColumnType type, Function<Slice, Value> reader) {
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final int MAX_DECIMAL_BYTES = 32;
  private static final int UUID_BYTES = 16;
  private static final int FLOAT16_BYTES = 2;

  /** Julian day of 1970-01-01. */
  private static final int EPOCH_JULIAN_DAY = 2_440_588;

  private static final char REPLACEMENT = '\uFFFD';

  /**
   * How to read a column.
   *
   * @throws FlotillaException {@code DATASET_INVALID}, naming the column, if its type cannot be
   *     read
   */
  static LeafValues of(Leaf leaf) {
    Annotation annotation = leaf.annotation();
    Meaning meaning = annotation.meaning();
    return switch (leaf.physical()) {
      case BOOLEAN ->
          new LeafValues(
              ColumnType.BOOLEAN, bytes -> new Value.Truth(bytes.bytes()[bytes.from()] != 0));
      case INT32 -> int32(leaf);
      case INT64 -> int64(leaf);
      case INT96 -> new LeafValues(ColumnType.TIMESTAMP, LeafValues::int96);
      case FLOAT ->
          new LeafValues(
              ColumnType.NUMBER,
              bytes -> {
                float value = Float.intBitsToFloat(bytes.int32());
                return new Value.Real(value, Float.toString(value));
              });
      case DOUBLE ->
          new LeafValues(
              ColumnType.NUMBER,
              bytes -> {
                double value = Double.longBitsToDouble(bytes.int64());
                return new Value.Real(value, Double.toString(value));
              });
      case BYTE_ARRAY ->
          switch (meaning) {
            case PLAIN, STRING ->
                new LeafValues(ColumnType.TEXT, bytes -> text(leaf.name(), bytes));
            case DECIMAL ->
                new LeafValues(ColumnType.NUMBER, bytes -> decimal(bytes, annotation.scale()));
            default -> throw unsupported(leaf);
          };
      case FIXED_LEN_BYTE_ARRAY -> fixed(leaf);
    };
  }

  private static LeafValues int32(Leaf leaf) {
    Annotation annotation = leaf.annotation();
    return switch (annotation.meaning()) {
      case PLAIN -> new LeafValues(ColumnType.INTEGER, bytes -> new Value.Whole(bytes.int32()));
      case UNSIGNED ->
          new LeafValues(
              ColumnType.INTEGER, bytes -> new Value.Whole(Integer.toUnsignedLong(bytes.int32())));
      case DECIMAL ->
          new LeafValues(
              ColumnType.NUMBER,
              bytes -> decimal(BigDecimal.valueOf(bytes.int32(), annotation.scale())));
      case DATE ->
          new LeafValues(
              ColumnType.TIMESTAMP,
              bytes -> {
                LocalDate day = LocalDate.ofEpochDay(bytes.int32());
                return new Value.Moment(
                    day.atStartOfDay().toInstant(ZoneOffset.UTC), day.toString());
              });
      case TIME ->
          new LeafValues(ColumnType.TEXT, bytes -> time(bytes.int32(), annotation.unitNanos()));
      default -> throw unsupported(leaf);
    };
  }

  private static LeafValues int64(Leaf leaf) {
    Annotation annotation = leaf.annotation();
    return switch (annotation.meaning()) {
      case PLAIN -> new LeafValues(ColumnType.INTEGER, bytes -> new Value.Whole(bytes.int64()));
      case UNSIGNED -> new LeafValues(ColumnType.INTEGER, bytes -> unsigned(bytes.int64()));
      case DECIMAL ->
          new LeafValues(
              ColumnType.NUMBER,
              bytes -> decimal(BigDecimal.valueOf(bytes.int64(), annotation.scale())));
      case TIME ->
          new LeafValues(ColumnType.TEXT, bytes -> time(bytes.int64(), annotation.unitNanos()));
      case TIMESTAMP ->
          new LeafValues(ColumnType.TIMESTAMP, bytes -> timestamp(bytes.int64(), annotation));
      default -> throw unsupported(leaf);
    };
  }

  private static LeafValues fixed(Leaf leaf) {
    Annotation annotation = leaf.annotation();
    int length = leaf.typeLength();
    return switch (annotation.meaning()) {
      case DECIMAL ->
          new LeafValues(ColumnType.NUMBER, bytes -> decimal(bytes, annotation.scale()));
      case UUID -> {
        requireLength(length == UUID_BYTES);
        yield new LeafValues(
            ColumnType.TEXT,
            bytes -> {
              requireLength(bytes.length() == UUID_BYTES);
              ByteBuffer big = ByteBuffer.wrap(bytes.bytes(), bytes.from(), UUID_BYTES);
              return new Value.Text(new UUID(big.getLong(), big.getLong()).toString());
            });
      }
      case FLOAT16 -> {
        requireLength(length == FLOAT16_BYTES);
        yield new LeafValues(
            ColumnType.NUMBER,
            bytes -> {
              requireLength(bytes.length() == FLOAT16_BYTES);
              int low = bytes.bytes()[bytes.from()] & 0xFF;
              int high = bytes.bytes()[bytes.from() + 1];
              float value = Float.float16ToFloat((short) (high << Byte.SIZE | low));
              return new Value.Real(value, Float.toString(value));
            });
      }
      default -> throw unsupported(leaf);
    };
  }

  private static Value text(String column, Slice bytes) {
    if (bytes.length() > TableLimits.MAX_VALUE_CHARS * 4) {
      throw TableLimits.invalid(
          "a value over %d characters in the column %s"
              .formatted(TableLimits.MAX_VALUE_CHARS, column));
    }
    String text = new String(bytes.bytes(), bytes.from(), bytes.length(), StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      requireUtf8(column, bytes);
    }
    TableLimits.requireText(text, "a text in the column " + column);
    return new Value.Text(text);
  }

  private static void requireUtf8(String column, Slice bytes) {
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.bytes(), bytes.from(), bytes.length()));
    } catch (CharacterCodingException e) {
      throw TableLimits.invalid("the column %s holds bytes that are no text".formatted(column), e);
    }
  }

  private static Value decimal(Slice bytes, int scale) {
    requireLength(bytes.length() > 0 && bytes.length() <= MAX_DECIMAL_BYTES);
    return decimal(
        new BigDecimal(new BigInteger(bytes.bytes(), bytes.from(), bytes.length()), scale));
  }

  private static Value decimal(BigDecimal number) {
    return new Value.Real(number.doubleValue(), number.toPlainString());
  }

  private static Value unsigned(long bits) {
    if (bits >= 0) {
      return new Value.Whole(bits);
    }
    String text = Long.toUnsignedString(bits);
    return new Value.Real(Double.parseDouble(text), text);
  }

  private static Value time(long count, long unitNanos) {
    return new Value.Text(LocalTime.ofNanoOfDay(Math.multiplyExact(count, unitNanos)).toString());
  }

  private static Value timestamp(long count, Annotation annotation) {
    long perSecond = NANOS_PER_SECOND / annotation.unitNanos();
    return moment(
        Math.floorDiv(count, perSecond),
        Math.floorMod(count, perSecond) * annotation.unitNanos(),
        annotation.utc());
  }

  /** Nanoseconds of the day, then the Julian day: how timestamps were written before 2018. */
  private static Value int96(Slice bytes) {
    long nanos = bytes.int64();
    Slice day = new Slice();
    day.set(bytes.bytes(), bytes.from() + Long.BYTES, Integer.BYTES);
    long days = (long) day.int32() - EPOCH_JULIAN_DAY;
    long seconds = Math.addExact(days * 86_400, Math.floorDiv(nanos, NANOS_PER_SECOND));
    return moment(seconds, Math.floorMod(nanos, NANOS_PER_SECOND), false);
  }

  private static Value moment(long seconds, long nanos, boolean utc) {
    Instant at = Instant.ofEpochSecond(seconds, nanos);
    return new Value.Moment(
        at, utc ? at.toString() : LocalDateTime.ofInstant(at, ZoneOffset.UTC).toString());
  }

  private static void requireLength(boolean right) {
    if (!right) {
      throw ThriftReader.damaged("a value does not have the length of its type");
    }
  }

  private static FlotillaException unsupported(Leaf leaf) {
    return TableLimits.invalid(
        "the column %s of type %s, %s, cannot be read: write numbers, booleans, text or times"
            .formatted(leaf.name(), leaf.physical(), leaf.annotation().meaning()));
  }
}
