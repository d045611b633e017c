package io.flotilla.hardware.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.PinnedRun;
import io.flotilla.hardware.SharedData;
import io.flotilla.hardware.inspect.OnnxFacts;
import io.flotilla.hardware.inspect.OnnxInspector;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RealModelsTest {
  private final Accelerator cpu = OnnxAccelerators.cpu();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tribuo/iris-lr-model.onnx",
        "tribuo/cnn_mnist.onnx",
        "tribuo/tinybert.onnx",
        "ort-testdata/winml_mnist.onnx",
        "ort-testdata/cnn_mnist_pytorch.onnx",
        "ultraface/version-RFB-320.onnx",
        "minilm-q/all-minilm-l6-v2-q.onnx"
      })
  void pinnedAndOrdinaryRunsAgreeAndTheInspectorSeesWhatTheRuntimeSees(String name) {
    Path file = SharedData.file(name);
    OnnxFacts facts = OnnxInspector.inspect(file);
    try (LoadedModel model = cpu.load(file, LoadOptions.DEFAULT)) {
      assertThat(facts.inputs()).isEqualTo(model.inputs());
      assertThat(facts.outputs().stream().map(ModelTensor::name))
          .isEqualTo(model.outputs().stream().map(ModelTensor::name).toList());

      Map<String, Tensor> zeros =
          model.inputs().stream()
              .collect(Collectors.toMap(ModelTensor::name, RealModelsTest::zeros));
      Map<String, Tensor> outputs = model.run(zeros);
      Map<String, List<Long>> shapes =
          zeros.entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, input -> input.getValue().shape()));
      try (PinnedRun pinned = model.pin(shapes)) {
        pinned.run();
        outputs.forEach(
            (output, tensor) -> {
              assertThat(pinned.outputShape(output)).isEqualTo(tensor.shape());
              assertThat(pinned.outputBytes(output)).isEqualTo(tensor.bytes());
            });
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tribuo/lr_mnist.onnx",
        "ort-testdata/logreg_iris.onnx",
        "ort-testdata/pipeline_vectorize.onnx",
        "ort-testdata/squeezenet_tensor_input.onnx"
      })
  void signaturesThatCannotBeCarriedAreRefused(String name) {
    Path file = SharedData.file(name);

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> cpu.load(file, LoadOptions.DEFAULT).close())
        .withMessageContaining("which is of the type")
        .returns(ErrorCode.MODEL_UNSUPPORTED, FlotillaException::code);
  }

  private static Tensor zeros(ModelTensor input) {
    List<Long> shape = input.shape().stream().map(dim -> dim.length().orElse(2)).toList();
    long elements = Tensor.elements(shape);
    return new Tensor(
        input.type(), shape, ByteBuffer.allocate((int) elements * input.type().bytes()));
  }
}
