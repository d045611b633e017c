package io.flotilla.registry.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.registry.lineage.LineageGraph.Edge;
import io.flotilla.registry.lineage.LineageGraph.Kind;
import io.flotilla.registry.lineage.LineageGraph.Node;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LineageBuilderTest {
  private static final String COMMIT = "commit/5f2a0c63d1e7b8490c3f2a1be6d7c8f9a0b1c2d3";
  private static final String BUNDLE = "bundle/" + "3f1c9a77e0d24b5c".repeat(4);

  @Test
  void aVersionLeadsFromDataAndCodeToDevices() {
    LineageGraph graph = LineageBuilder.build(ExampleLineage.facts(3));

    assertThat(graph.edges())
        .containsExactlyInAnyOrder(
            new Edge("dataset/digits-train:4", "run/run-000007", "trained"),
            new Edge("dataset/digits-captured:2", "run/run-000007", "trained"),
            new Edge("dataset/digits-holdout:1", "version/digits:3", "validation of"),
            new Edge(COMMIT, "run/run-000007", "code of"),
            new Edge("run/run-000007", "version/digits:3", "made"),
            new Edge("version/digits:3", BUNDLE, "is"),
            new Edge(BUNDLE, "signature/1", "signed by"),
            new Edge("version/digits:3", "environment/edge-cpu:2", "needs"),
            new Edge("version/digits:3", "rollout/rollout-000011", "rolled out by"),
            new Edge("version/digits:3", "rollout/rollout-000012", "rolled out by"),
            new Edge("version/digits:3", "rollout/rollout-000014", "rolled out by"),
            new Edge("rollout/rollout-000011", interval(0), "ran on"),
            new Edge("rollout/rollout-000011", interval(1), "ran on"),
            new Edge("rollout/rollout-000012", interval(2), "ran on"));
    assertThat(node(graph, COMMIT).facts())
        .containsEntry("branch", "fix/blurred-cameras")
        .containsEntry("remote", "https://git.example/vision/digits.git")
        .containsEntry("changes", "not all committed");
    assertThat(node(graph, "dataset/digits-train:4").facts())
        .containsEntry("content", "sha256:" + "ab".repeat(32))
        .containsEntry("rows", "1,000");
    assertThat(node(graph, interval(1)).facts())
        .containsEntry("from", "2026-11-02 09:14")
        .containsEntry("to", "2026-11-03 15:14");
  }

  @Test
  void aVersionOfWhichNothingIsKnownIsItsBundle() {
    LineageGraph graph = LineageBuilder.build(ExampleLineage.alone());
    assertThat(graph.nodes())
        .extracting(Node::kind)
        .containsExactlyInAnyOrder(Kind.VERSION, Kind.BUNDLE);
  }

  @Test
  void aGraphWithLooseEndsIsABug() {
    Node node = new Node(Kind.RUN, "run", "run", Map.of());
    assertThatThrownBy(() -> new LineageGraph(List.of(node, node), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new LineageGraph(List.of(node), List.of(new Edge("run", "gone", "made"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String interval(int number) {
    return "interval/cam-lyon-%02d/%d"
        .formatted(number + 1, ExampleLineage.START + number * 3_600_000L);
  }

  private static Node node(LineageGraph graph, String id) {
    return graph.nodes().stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
  }
}
