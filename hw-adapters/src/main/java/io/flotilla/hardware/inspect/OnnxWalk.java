package io.flotilla.hardware.inspect;

import static io.flotilla.hardware.inspect.OnnxLimits.NAME_BYTES;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One walk over a model file. The numbers are the field numbers of {@code onnx.proto} (ONNX 1.20);
 * a message that appears twice is merged, as protobuf says.
 */
final class OnnxWalk {
  /** The name of the default operator domain; the empty name means the same. */
  private static final String DEFAULT_DOMAIN = "ai.onnx";

  private final ProtobufReader in;
  private final String name;

  // What has been seen so far.
  private long irVersion;
  private boolean hasGraph;
  private String producerName = "";
  private String producerVersion = "";
  private long nodes;
  private final Map<String, Long> opsets = new TreeMap<>();
  private final List<DeclaredTensor> inputs = new ArrayList<>();
  private final List<DeclaredTensor> outputs = new ArrayList<>();
  private final Set<String> initializers = new HashSet<>();
  private final Set<String> externalData = new TreeSet<>();

  OnnxWalk(ProtobufReader in, String name) {
    this.in = in;
    this.name = name;
  }

  /** Walks the whole file. */
  OnnxFacts facts(long sizeBytes) throws IOException {
    in.fields(this::model);
    if (irVersion < 1 || !hasGraph) {
      throw in.malformed(hasGraph ? "it has no IR version" : "it has no graph");
    }
    refuseTooNew("IR version", irVersion, OnnxInspector.MAX_IR_VERSION);
    OnnxInspector.MAX_OPSETS.forEach(
        (domain, newest) ->
            refuseTooNew("opset of " + domain, opsets.getOrDefault(domain, 0L), newest));
    if (outputs.isEmpty()) {
      throw in.malformed("it has no outputs");
    }
    String producer = (producerName + " " + producerVersion).strip();
    return new OnnxFacts(
        irVersion,
        opsets,
        producer.isEmpty() ? Optional.empty() : Optional.of(producer),
        inputs.stream()
            .filter(input -> !initializers.contains(input.name()))
            .map(input -> input.resolve(name, "input"))
            .toList(),
        outputs.stream().map(output -> output.resolve(name, "output")).toList(),
        nodes,
        List.copyOf(externalData),
        sizeBytes);
  }

  // ModelProto
  private boolean model(int field, int wire) throws IOException {
    switch (field) {
      case 1 -> irVersion = in.integer(wire);
      case 2 -> producerName = in.text(wire, NAME_BYTES);
      case 3 -> producerVersion = in.text(wire, NAME_BYTES);
      case 7 -> {
        hasGraph = true;
        in.message(wire, this::mainGraph);
      }
      case 8 -> opset(wire);
      case 25 -> in.message(wire, this::function);
      default -> {
        return false;
      }
    }
    return true;
  }

  // OperatorSetIdProto
  private void opset(int wire) throws IOException {
    var opset =
        new Object() {
          String domain = "";
          long version;
        };
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 -> opset.domain = in.text(inner, NAME_BYTES);
            case 2 -> opset.version = in.integer(inner);
            default -> {
              return false;
            }
          }
          return true;
        });
    opsets.put(opset.domain.isEmpty() ? DEFAULT_DOMAIN : opset.domain, opset.version);
    limit(opsets.size(), OnnxLimits.DOMAINS, "operator domains");
  }

  // GraphProto of the model itself: its inputs and outputs are the model's.
  private boolean mainGraph(int field, int wire) throws IOException {
    switch (field) {
      case 5 -> {
        initializers.add(tensor(wire));
        limit(initializers.size(), OnnxLimits.INITIALIZERS, "initializers");
      }
      case 11 -> declare(inputs, wire);
      case 12 -> declare(outputs, wire);
      case 15 -> initializers.add(sparseTensor(wire));
      default -> {
        return graph(field, wire);
      }
    }
    return true;
  }

  private void declare(List<DeclaredTensor> tensors, int wire) throws IOException {
    tensors.add(DeclaredTensor.read(in, wire));
    limit(tensors.size(), OnnxLimits.TENSORS, "inputs or outputs");
  }

  // GraphProto of a subgraph.
  private boolean graph(int field, int wire) throws IOException {
    switch (field) {
      case 1 -> node(wire);
      case 5 -> tensor(wire);
      case 15 -> sparseTensor(wire);
      default -> {
        return false;
      }
    }
    return true;
  }

  // FunctionProto
  private boolean function(int field, int wire) throws IOException {
    switch (field) {
      case 7 -> node(wire);
      case 11 -> in.message(wire, this::attribute);
      default -> {
        return false;
      }
    }
    return true;
  }

  // NodeProto
  private void node(int wire) throws IOException {
    nodes++;
    limit(nodes, OnnxLimits.NODES, "nodes");
    in.message(
        wire,
        (field, inner) -> {
          if (field == 5) {
            in.message(inner, this::attribute);
          }
          return field == 5;
        });
  }

  // AttributeProto
  private boolean attribute(int field, int wire) throws IOException {
    switch (field) {
      case 5, 10 -> tensor(wire);
      case 6, 11 -> in.message(wire, this::graph);
      case 22, 23 -> sparseTensor(wire);
      default -> {
        return false;
      }
    }
    return true;
  }

  // SparseTensorProto; its name is that of its values.
  private String sparseTensor(int wire) throws IOException {
    var sparse =
        new Object() {
          String name = "";
        };
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 -> sparse.name = tensor(inner);
            case 2 -> tensor(inner);
            default -> {
              return false;
            }
          }
          return true;
        });
    return sparse.name;
  }

  // TensorProto; gives its name.
  private String tensor(int wire) throws IOException {
    var tensor =
        new Object() {
          String name = "";
        };
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 8 -> tensor.name = in.text(inner, NAME_BYTES);
            case 13 -> external(inner);
            default -> {
              return false;
            }
          }
          return true;
        });
    return tensor.name;
  }

  // StringStringEntryProto of TensorProto.external_data
  private void external(int wire) throws IOException {
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
      return;
    }
    if (leavesFolder(entry.value)) {
      throw in.malformed("it names weights outside its own folder");
    }
    externalData.add(entry.value);
    limit(externalData.size(), OnnxLimits.EXTERNAL_FILES, "files of external data");
  }

  private static boolean leavesFolder(String location) {
    if (location.isEmpty()
        || location.startsWith("/")
        || location.chars().anyMatch(c -> c < ' ' || c == '\\' || c == ':')) {
      return true;
    }
    return List.of(location.split("/", -1)).contains("..");
  }

  private void refuseTooNew(String what, long version, long newest) {
    if (version > newest) {
      throw new FlotillaException(
          ErrorCode.MODEL_TOO_NEW,
          "%s has the %s %d and the runtime reads up to %d; export it for an older one"
              .formatted(name, what, version, newest));
    }
  }

  private void limit(long count, long most, String what) {
    if (count > most) {
      throw in.malformed("it has more than %d %s".formatted(most, what));
    }
  }
}
