package io.flotilla.conversion.graph;

import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.conversion.fixture.Graphs;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphDraftTest {
  @Test
  void nodesComeBehindThoseTheyTakeValuesOf() {
    ModelProto model =
        new Graphs()
            .input("x", Graphs.FLOAT, 2)
            .node("Neg", "c", List.of("b"))
            .node("Abs", "b", List.of("a"))
            .node("Relu", "a", List.of("x"))
            .output("c", Graphs.FLOAT, 2)
            .model(8, 13);

    assertThat(new GraphDraft(model).nodes().stream().map(NodeProto::getOpType))
        .containsExactly("Relu", "Abs", "Neg");
  }

  @Test
  void nodesThatWaitForEachOtherAreRefused() {
    ModelProto model =
        new Graphs()
            .node("Neg", "a", List.of("b"))
            .node("Abs", "b", List.of("a"))
            .output("b", Graphs.FLOAT, 2)
            .model(8, 13);

    refused(ErrorCode.MODEL_MALFORMED, () -> new GraphDraft(model), "wait for each other");
  }

  @Test
  void freshNamesAreLikeNoOtherNotEvenThoseOfSubgraphs() {
    Graphs inner = new Graphs().node("Neg", "inside", List.of("x")).output("inside", Graphs.FLOAT);
    ModelProto model =
        new Graphs()
            .input("x", Graphs.FLOAT)
            .input("which", Graphs.BOOL)
            .node(
                "If",
                "y",
                List.of("which"),
                Graphs.graph("then_branch", inner),
                Graphs.graph("else_branch", inner))
            .output("y", Graphs.FLOAT)
            .model(8, 13);
    GraphDraft draft = new GraphDraft(model);

    assertThat(draft.fresh("new")).isEqualTo("new");
    assertThat(draft.fresh("new")).isEqualTo("new_2");
    assertThat(draft.fresh("inside")).isEqualTo("inside_2");
    assertThat(Nodes.outerNames(model.getGraph().getNode(0))).containsExactly("x");
  }

  @Test
  void constantsThatNothingUsesAreLeftOut() {
    ModelProto model = Graphs.classifier(4, 3, 2).weights("spare", 1, 4).model(8, 13);
    GraphDraft draft = new GraphDraft(model);

    ModelProto built = draft.build(draft.nodes(), "test");

    assertThat(built.getGraph().getInitializerList().stream().map(t -> t.getName()))
        .containsExactly("W1", "b1", "W2", "b2");
    assertThat(built.getMetadataPropsList())
        .anySatisfy(
            entry -> {
              assertThat(entry.getKey()).isEqualTo("flotilla.variant");
              assertThat(entry.getValue()).isEqualTo("test");
            });
  }
}
