package io.flotilla.registry.dataset.parquet;

import io.flotilla.registry.dataset.parquet.Leaf.Annotation;
import io.flotilla.registry.dataset.parquet.Leaf.Meaning;
import io.flotilla.registry.dataset.parquet.Leaf.Physical;
import io.flotilla.registry.dataset.table.TableLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the {@code SchemaElement}s of the footer: a root and its columns. Numbers are the field ids
 * and enum values of {@code parquet.thrift}, format 2.11.
 */
final class SchemaReader {
  private static final long MILLI = 1_000_000;
  private static final long MICRO = 1_000;
  private static final int MAX_NAME_BYTES = TableLimits.MAX_NAME_CHARS * 4;
  private static final int MAX_SCALE = 76;
  private static final int REPEATED = 2;

  private final List<Leaf> leaves = new ArrayList<>();
  private boolean root = true;

  /** The columns, once all elements are read. */
  List<Leaf> leaves() {
    return leaves;
  }

  /** Reads one element. */
  void element(ThriftReader in) {
    Element element = new Element();
    in.struct((id, type) -> element.read(in, id, type));
    if (root) {
      root = false;
      return;
    }
    if (element.children > 0 || element.repetition == REPEATED) {
      throw TableLimits.invalid(
          "the column %s is nested: only a flat schema can be a table".formatted(element.name));
    }
    if (leaves.size() == TableLimits.MAX_COLUMNS) {
      throw TableLimits.invalid(
          "the table has more than %d columns".formatted(TableLimits.MAX_COLUMNS));
    }
    leaves.add(element.leaf());
  }

  private static final class Element {
    private int physical = -1;
    private int typeLength;
    private int repetition;
    private String name = "";
    private int children;
    private int converted = -1;
    private int scale;
    private boolean logical;
    private Annotation annotation = Annotation.of(Meaning.PLAIN);

    boolean read(ThriftReader in, int id, int type) {
      switch (id) {
        case 1 -> physical = in.int32(type);
        case 2 -> typeLength = in.int32(type);
        case 3 -> repetition = in.int32(type);
        case 4 -> name = in.text(type, MAX_NAME_BYTES);
        case 5 -> children = in.int32(type);
        case 6 -> converted = in.int32(type);
        case 7 -> scale = in.int32(type);
        case 10 -> {
          ThriftReader.require(type == ThriftReader.STRUCT);
          in.struct((kind, kindType) -> readLogical(in, kind, kindType));
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    Leaf leaf() {
      ThriftReader.require(typeLength >= 0 && typeLength <= TableLimits.MAX_VALUE_CHARS);
      ThriftReader.require(repetition >= 0 && repetition < REPEATED);
      Annotation means = logical || converted < 0 ? annotation : converted(converted, scale);
      if (means.scale() < 0 || means.scale() > MAX_SCALE) {
        throw TableLimits.invalid(
            "the decimal column %s has a scale out of 0 to %d".formatted(name, MAX_SCALE));
      }
      return new Leaf(name, physical(physical), typeLength, repetition == 1, means);
    }

    private boolean readLogical(ThriftReader in, int kind, int type) {
      logical = true;
      switch (kind) {
        case 5 -> {
          int[] decimal = new int[1];
          in.struct(
              (id, fieldType) -> {
                if (id == 1) {
                  decimal[0] = in.int32(fieldType);
                }
                return id == 1;
              });
          annotation = new Annotation(Meaning.DECIMAL, decimal[0], 0, false);
          return true;
        }
        case 7 -> annotation = time(in, Meaning.TIME);
        case 8 -> annotation = time(in, Meaning.TIMESTAMP);
        case 10 -> annotation = integer(in);
        default -> {
          annotation =
              Annotation.of(
                  switch (kind) {
                    case 1, 4, 12 -> Meaning.STRING;
                    case 6 -> Meaning.DATE;
                    case 11 -> Meaning.PLAIN;
                    case 14 -> Meaning.UUID;
                    case 15 -> Meaning.FLOAT16;
                    default -> Meaning.UNSUPPORTED;
                  });
          return false;
        }
      }
      ThriftReader.require(type == ThriftReader.STRUCT);
      return true;
    }

    private static Annotation time(ThriftReader in, Meaning meaning) {
      boolean[] utc = new boolean[1];
      long[] unit = new long[1];
      in.struct(
          (id, type) -> {
            if (id == 1) {
              utc[0] = in.truth(type);
            } else if (id == 2) {
              ThriftReader.require(type == ThriftReader.STRUCT);
              in.struct(
                  (kind, kindType) -> {
                    unit[0] = kind == 1 ? MILLI : kind == 2 ? MICRO : 1;
                    return false;
                  });
            }
            return id == 1 || id == 2;
          });
      ThriftReader.require(unit[0] > 0);
      return new Annotation(meaning, 0, unit[0], utc[0]);
    }

    private static Physical physical(int type) {
      return switch (type) {
        case 0 -> Physical.BOOLEAN;
        case 1 -> Physical.INT32;
        case 2 -> Physical.INT64;
        case 3 -> Physical.INT96;
        case 4 -> Physical.FLOAT;
        case 5 -> Physical.DOUBLE;
        case 6 -> Physical.BYTE_ARRAY;
        case 7 -> Physical.FIXED_LEN_BYTE_ARRAY;
        default -> throw ThriftReader.damaged("a column has an unknown type");
      };
    }

    private static Annotation integer(ThriftReader in) {
      boolean[] signed = {true};
      in.struct(
          (id, type) -> {
            if (id == 2) {
              signed[0] = in.truth(type);
            }
            return id == 2;
          });
      return Annotation.of(signed[0] ? Meaning.PLAIN : Meaning.UNSIGNED);
    }

    /** What {@code ConvertedType} said before there was {@code LogicalType}. */
    private static Annotation converted(int type, int scale) {
      return switch (type) {
        case 0, 4, 19 -> Annotation.of(Meaning.STRING);
        case 5 -> new Annotation(Meaning.DECIMAL, scale, 0, false);
        case 6 -> Annotation.of(Meaning.DATE);
        case 7 -> new Annotation(Meaning.TIME, 0, MILLI, true);
        case 8 -> new Annotation(Meaning.TIME, 0, MICRO, true);
        case 9 -> new Annotation(Meaning.TIMESTAMP, 0, MILLI, true);
        case 10 -> new Annotation(Meaning.TIMESTAMP, 0, MICRO, true);
        case 11, 12, 13, 14 -> Annotation.of(Meaning.UNSIGNED);
        case 15, 16, 17, 18 -> Annotation.of(Meaning.PLAIN);
        default -> Annotation.of(Meaning.UNSUPPORTED);
      };
    }
  }
}
