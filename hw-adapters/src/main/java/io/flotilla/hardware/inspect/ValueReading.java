package io.flotilla.hardware.inspect;

import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.ModelTensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads one {@code ValueInfoProto}, the declaration of an input, output or inner value. */
final class ValueReading {
  /** What classifiers of scikit-learn give where a ZipMap stands at their end. */
  private static final String SEQUENCE_OF_MAPS = "seq(map(";

  private final ProtobufReader in;
  private String name = "";
  private TypeReading type;

  private ValueReading(ProtobufReader in) {
    this.in = in;
    this.type = new TypeReading(in);
  }

  /** Reads an input or output, which must have a name. */
  static DeclaredValue read(ProtobufReader in, int wire) throws IOException {
    ValueReading reading = new ValueReading(in);
    in.message(wire, reading::field);
    if (reading.name.isEmpty() || reading.name.chars().anyMatch(Character::isISOControl)) {
      throw in.malformed("an input or output has an empty or unprintable name");
    }
    return reading.value();
  }

  /** Reads the type of an inner value. */
  static String readType(ProtobufReader in, int wire) throws IOException {
    ValueReading reading = new ValueReading(in);
    in.message(wire, reading::field);
    return reading.type.text;
  }

  // ValueInfoProto
  private boolean field(int field, int wire) throws IOException {
    switch (field) {
      case 1 -> name = in.text(wire, OnnxLimits.NAME_BYTES);
      case 2 -> {
        type = new TypeReading(in);
        in.message(wire, type::field);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private DeclaredValue value() {
    List<String> shape = type.shape.stream().map(Length::toString).toList();
    Optional<ElementType> element =
        type.dense
            ? OnnxElement.of(type.elementType).flatMap(OnnxElement::carried)
            : Optional.empty();
    if (element.isEmpty()) {
      return uncarried(shape, "is of the type %s: %s".formatted(type.text, wayOut(type.text)));
    }
    if (!isPossible(type.shape)) {
      return uncarried(
          shape,
          "declares the shape %s: a tensor has at most %d elements; export it with the true shape or an open one"
              .formatted(shape, Tensor.MAX_ELEMENTS));
    }
    ModelTensor tensor =
        new ModelTensor(
            name,
            element.get(),
            type.shape.stream().map(l -> ModelTensor.dimension(l.length, l.symbol)).toList());
    return new DeclaredValue(name, type.text, shape, Optional.of(tensor), Optional.empty());
  }

  private static String wayOut(String type) {
    return type.startsWith(SEQUENCE_OF_MAPS)
        ? "export it without ZipMap, which skl2onnx does with options={'zipmap': False}"
        : "only dense tensors of %s can be carried".formatted(List.of(ElementType.values()));
  }

  /** Whether any tensor has such a shape; open dimensions may be as short as 1. */
  private static boolean isPossible(List<Length> shape) {
    double elements =
        shape.stream()
            .mapToDouble(length -> length.length < 0 ? 1 : length.length)
            .reduce(1, (a, b) -> a * b);
    return elements <= Tensor.MAX_ELEMENTS
        && shape.stream().allMatch(length -> length.length <= Tensor.MAX_ELEMENTS);
  }

  private DeclaredValue uncarried(List<String> shape, String why) {
    return new DeclaredValue(name, type.text, shape, Optional.empty(), Optional.of(why));
  }

  /**
   * A dimension as it stands in the file.
   *
   * @param length its length, negative for an open one
   * @param symbol name of an open one; may be empty
   */
  private record Length(long length, String symbol) {
    @Override
    public String toString() {
      if (length >= 0) {
        return Long.toString(length);
      }
      return symbol.isEmpty() ? "?" : symbol.replaceAll("\\p{Cntrl}", "?");
    }
  }

  /** A {@code TypeProto}; the reader bounds how deep types nest. */
  private static final class TypeReading {
    private final ProtobufReader in;
    private String text = "UNDEFINED";
    private boolean dense;
    private long elementType;
    private final List<Length> shape = new ArrayList<>();

    TypeReading(ProtobufReader in) {
      this.in = in;
    }

    // TypeProto: one field of a choice.
    private boolean field(int field, int wire) throws IOException {
      dense = field == 1 || (dense && field == 6);
      switch (field) {
        case 1 -> text = tensor(wire);
        case 4 -> text = "seq(%s)".formatted(element(wire, 1));
        case 5 -> text = map(wire);
        case 7 -> {
          text = "opaque";
          return false;
        }
        case 8 -> text = "sparse(%s)".formatted(tensor(wire));
        case 9 -> text = "optional(%s)".formatted(element(wire, 1));
        default -> {
          return false;
        }
      }
      return true;
    }

    // TypeProto.Tensor and TypeProto.SparseTensor
    private String tensor(int wire) throws IOException {
      in.message(
          wire,
          (field, inner) -> {
            switch (field) {
              case 1 -> elementType = in.integer(inner);
              case 2 -> in.message(inner, this::dimension);
              default -> {
                return false;
              }
            }
            return true;
          });
      return OnnxElement.nameOf(elementType);
    }

    // TypeProto.Sequence and TypeProto.Optional
    private String element(int wire, int number) throws IOException {
      TypeReading element = new TypeReading(in);
      in.message(
          wire,
          (field, inner) -> {
            if (field == number) {
              in.message(inner, element::field);
            }
            return field == number;
          });
      return element.text;
    }

    // TypeProto.Map
    private String map(int wire) throws IOException {
      TypeReading value = new TypeReading(in);
      var key =
          new Object() {
            long type;
          };
      in.message(
          wire,
          (field, inner) -> {
            switch (field) {
              case 1 -> key.type = in.integer(inner);
              case 2 -> in.message(inner, value::field);
              default -> {
                return false;
              }
            }
            return true;
          });
      return "map(%s,%s)".formatted(OnnxElement.nameOf(key.type), value.text);
    }

    // TensorShapeProto
    private boolean dimension(int field, int wire) throws IOException {
      if (field == 1) {
        shape.add(length(wire));
        if (shape.size() > OnnxLimits.RANK) {
          throw in.over(OnnxLimits.RANK, "dimensions of one tensor");
        }
      }
      return field == 1;
    }

    // TensorShapeProto.Dimension
    private Length length(int wire) throws IOException {
      var read =
          new Object() {
            long length = -1;
            String symbol = "";
          };
      in.message(
          wire,
          (field, inner) -> {
            switch (field) {
              case 1 -> read.length = in.integer(inner);
              case 2 -> read.symbol = in.text(inner, OnnxLimits.NAME_BYTES);
              default -> {
                return false;
              }
            }
            return true;
          });
      return new Length(read.length, read.symbol);
    }
  }
}
