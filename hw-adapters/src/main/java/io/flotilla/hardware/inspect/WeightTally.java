package io.flotilla.hardware.inspect;

import static io.flotilla.hardware.inspect.OnnxLimits.NAME_BYTES;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads tensors without their values, adds up the initializers, and notes files of weights. */
final class WeightTally {
  private static final int BITS_PER_BYTE = 8;

  private final ProtobufReader in;
  private final Map<String, Initializers.Total> totals = new TreeMap<>();
  private final Map<String, Long> externalData = new TreeMap<>();

  WeightTally(ProtobufReader in) {
    this.in = in;
  }

  /** Reads a {@code TensorProto} that is an initializer; gives its name. */
  String initializer(int wire) throws IOException {
    return count(tensor(wire));
  }

  /**
   * Reads a {@code SparseTensorProto} that is an initializer; its name is that of its values, and
   * its indices count as well.
   */
  String sparseInitializer(int wire) throws IOException {
    var sparse =
        new Object() {
          String name = "";
        };
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 -> sparse.name = count(tensor(inner));
            case 2 -> count(tensor(inner));
            default -> {
              return false;
            }
          }
          return true;
        });
    return sparse.name;
  }

  /** Reads a {@code TensorProto} that is a node's attribute. */
  void attribute(int wire) throws IOException {
    tensor(wire);
  }

  /** Reads a {@code SparseTensorProto} that is a node's attribute. */
  void sparseAttribute(int wire) throws IOException {
    in.message(
        wire,
        (field, inner) -> {
          boolean tensor = field == 1 || field == 2;
          if (tensor) {
            tensor(inner);
          }
          return tensor;
        });
  }

  /** The sum of all initializers. */
  Initializers initializers() {
    Initializers.Total all =
        totals.values().stream().reduce(new Initializers.Total(0, 0), Initializers.Total::plus);
    return new Initializers(all.count(), all.bytes(), totals);
  }

  /** Files that hold weights, and the most bytes that one tensor has in them. */
  Map<String, Long> externalData() {
    return externalData;
  }

  private String count(Tensor tensor) {
    totals.merge(
        OnnxElement.nameOf(tensor.elementType),
        new Initializers.Total(1, tensor.bytes),
        Initializers.Total::plus);
    if (totals.size() > OnnxLimits.VALUE_TYPES) {
      throw in.over(OnnxLimits.VALUE_TYPES, "types of values");
    }
    return tensor.name;
  }

  // TensorProto
  private Tensor tensor(int wire) throws IOException {
    var tensor =
        new Object() {
          String name = "";
          String location = "";
          long elementType;
          long elements = 1;
          TensorData data = TensorData.NONE;
        };
    long start = in.position();
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 ->
                in.integers(inner, length -> tensor.elements = times(tensor.elements, length));
            case 2 -> tensor.elementType = in.integer(inner);
            case 4, 9, 10 -> tensor.data = tensor.data.plusWhole(in.passed(inner));
            case 5, 7, 11 -> tensor.data = tensor.data.plusShortened(in.passed(inner));
            case 6 -> {
              in.passed(inner);
              tensor.data = tensor.data.plusText();
            }
            case 8 -> tensor.name = in.text(inner, NAME_BYTES);
            case 13 -> tensor.location = external(inner).orElse(tensor.location);
            default -> {
              return false;
            }
          }
          return true;
        });
    long inFile = in.position() - start;
    int bits = OnnxElement.of(tensor.elementType).map(OnnxElement::bits).orElse(0);
    long bytes = bits == 0 ? inFile : bytes(tensor.elements, bits);
    if (tensor.elements == Long.MAX_VALUE || bytes == Long.MAX_VALUE) {
      throw in.malformed("a tensor has more values than there can be");
    }
    if (!tensor.location.isEmpty()) {
      externalData.merge(tensor.location, bytes, Math::max);
    } else if (!tensor.data.canHold(tensor.elementType, tensor.elements, bytes)) {
      throw in.malformed("a tensor has fewer values than its shape says");
    }
    return new Tensor(tensor.name, tensor.elementType, bytes);
  }

  private long times(long elements, long length) {
    if (length < 0) {
      throw in.malformed("a tensor has the length " + length);
    }
    long high = Math.multiplyHigh(elements, length);
    long low = elements * length;
    return high != 0 || low < 0 ? Long.MAX_VALUE : low;
  }

  /** Elements of less than a byte are packed. */
  private static long bytes(long elements, int bits) {
    return elements > Long.MAX_VALUE / bits - 1
        ? Long.MAX_VALUE
        : (elements * bits + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
  }

  // StringStringEntryProto of TensorProto.external_data
  private Optional<String> external(int wire) throws IOException {
    var entry =
        new Object() {
          String key = "";
          String value = "";
        };
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 -> entry.key = in.text(inner, NAME_BYTES);
            case 2 -> entry.value = in.text(inner, NAME_BYTES);
            default -> {
              return false;
            }
          }
          return true;
        });
    if (!entry.key.equals("location")) {
      return Optional.empty();
    }
    requirePlain(entry.value);
    externalData.putIfAbsent(entry.value, 0L);
    if (externalData.size() > OnnxLimits.EXTERNAL_FILES) {
      throw in.over(OnnxLimits.EXTERNAL_FILES, "files of external data");
    }
    return Optional.of(entry.value);
  }

  /** One file has one path only, so that none can be counted twice. */
  private void requirePlain(String location) {
    List<String> segments = List.of(location.split("/", -1));
    if (location.isEmpty()
        || location.startsWith("/")
        || location.chars().anyMatch(c -> c < ' ' || c == '\\' || c == ':')
        || segments.contains("..")) {
      throw in.malformed("it names weights outside its own folder");
    }
    if (segments.contains(".") || segments.contains("")) {
      throw in.malformed("it names weights by a path with '.' or an empty part");
    }
  }

  /**
   * A tensor without its values.
   *
   * @param name its name; may be empty
   * @param elementType number of {@code TensorProto.DataType}
   * @param bytes size of its values
   */
  private record Tensor(String name, long elementType, long bytes) {}
}
