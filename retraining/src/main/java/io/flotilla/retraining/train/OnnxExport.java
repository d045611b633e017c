package io.flotilla.retraining.train;

import ai.onnx.proto.OnnxMl;
import org.tribuo.ONNXExportable;
import org.tribuo.classification.sgd.linear.LinearSGDModel;
import org.tribuo.util.onnx.ONNXContext;
import org.tribuo.util.onnx.ONNXInitializer;
import org.tribuo.util.onnx.ONNXNode;
import org.tribuo.util.onnx.ONNXOperators;
import org.tribuo.util.onnx.ONNXPlaceholder;

/** Writes a model's ONNX file with the scaling inside, and nothing in it that changes by itself. */
final class OnnxExport {
  private static final String DOMAIN = "io.flotilla";
  private static final long MODEL_VERSION = 1;

  private OnnxExport() {}

  static byte[] export(LinearSGDModel trained, LinearModel model) {
    ONNXContext context = new ONNXContext();
    context.setName("linear");
    ONNXPlaceholder input = context.floatInput(TrainedModel.INPUT, model.features().size());
    ONNXPlaceholder output = context.floatOutput(TrainedModel.OUTPUT, model.labels().size());
    ONNXInitializer scale = context.constant("scale", (float) model.scale());
    ONNXNode scaled = input.apply(ONNXOperators.MUL, scale);
    trained.writeONNXGraph(scaled).assignTo(output);
    OnnxMl.ModelProto.Builder file =
        ONNXExportable.buildModel(context, DOMAIN, MODEL_VERSION, trained).toBuilder();
    file.clearDocString();
    for (int i = file.getMetadataPropsCount() - 1; i >= 0; i--) {
      if (file.getMetadataProps(i).getKey().equals(ONNXExportable.PROVENANCE_METADATA_FIELD)) {
        file.removeMetadataProps(i);
      }
    }
    return file.build().toByteArray();
  }
}
