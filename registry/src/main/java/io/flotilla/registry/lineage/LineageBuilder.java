package io.flotilla.registry.lineage;

import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.registry.environment.Environment;
import io.flotilla.registry.lineage.LineageFacts.DatasetFact;
import io.flotilla.registry.lineage.LineageFacts.IntervalFact;
import io.flotilla.registry.lineage.LineageFacts.RolloutFact;
import io.flotilla.registry.lineage.LineageFacts.SignatureFact;
import io.flotilla.registry.lineage.LineageGraph.Edge;
import io.flotilla.registry.lineage.LineageGraph.Kind;
import io.flotilla.registry.lineage.LineageGraph.Node;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.run.Run;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Makes the graph of a version out of what is known of it. */
public final class LineageBuilder {
  private static final int SHORT = 12;
  private static final String TRAINING = "training";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final LineageFacts facts;
  private final String version;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Set<Edge> edges = new LinkedHashSet<>();

  private LineageBuilder(LineageFacts facts) {
    this.facts = facts;
    this.version = "version/" + facts.version().reference();
  }

  /** The graph; times in it are in UTC. */
  public static LineageGraph build(LineageFacts facts) {
    return new LineageBuilder(facts).graph();
  }

  private LineageGraph graph() {
    Optional<String> run = run();
    String maker = run.orElse(version);
    datasets(maker);
    commit(maker);
    version();
    run.ifPresent(id -> edge(id, version, "made"));
    bundle();
    facts.environment().ifPresent(this::environment);
    facts.rollouts().forEach(this::rollout);
    facts.intervals().forEach(this::interval);
    return new LineageGraph(List.copyOf(nodes.values()), List.copyOf(edges));
  }

  private void add(Kind kind, String id, String label, Map<String, String> more) {
    nodes.putIfAbsent(id, new Node(kind, id, label, more));
  }

  /** Id of the run that made the version; empty if none did. */
  private Optional<String> run() {
    Optional<String> named = facts.version().lineage().run();
    if (facts.run().isPresent()) {
      Run run = facts.run().get();
      Map<String, String> more = new LinkedHashMap<>();
      more.put("pipeline", run.pipeline());
      more.put("started", time(run.startedAtMs()));
      run.outcome()
          .flatMap(Run.Outcome::promoted)
          .ifPresent(promoted -> more.put("promoted", promoted ? "yes" : "no"));
      named.ifPresent(text -> more.put("named", text));
      String id = "run/" + run.id();
      add(Kind.RUN, id, run.id(), more);
      return Optional.of(id);
    }
    return named.map(
        text -> {
          String id = "run/" + text;
          add(Kind.RUN, id, shortened(text), Map.of("recorded", "elsewhere"));
          return id;
        });
  }

  private void datasets(String maker) {
    Map<String, String> digests = new LinkedHashMap<>();
    for (String reference : facts.version().lineage().datasets()) {
      digests.put(name(reference), reference.substring(name(reference).length()));
    }
    for (DatasetFact fact : facts.datasets()) {
      String name = name(fact.reference());
      String digest = digests.getOrDefault(name, fact.reference().substring(name.length()));
      dataset(name, digest, new TreeMap<>(fact.facts()));
      boolean trains = fact.use().equals(TRAINING);
      edge(dataset(name), trains ? maker : version, trains ? "trained" : fact.use() + " of");
    }
    digests.forEach(
        (name, digest) -> {
          dataset(name, digest, Map.of());
          boolean linked =
              edges.stream().anyMatch(e -> e.from().equals(dataset(name)) && e.to().equals(maker));
          if (!linked) {
            edge(dataset(name), maker, "trained");
          }
        });
  }

  private void dataset(String name, String digest, Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>();
    if (!digest.isEmpty()) {
      all.put("content", digest.substring(1));
    }
    all.putAll(more);
    add(Kind.DATASET, dataset(name), name, all);
  }

  private static String dataset(String name) {
    return "dataset/" + name;
  }

  private static String name(String reference) {
    int at = reference.indexOf('@');
    return at < 0 ? reference : reference.substring(0, at);
  }

  private void commit(String maker) {
    Lineage own = facts.version().lineage();
    Lineage lineage =
        own.gitCommit().isPresent()
            ? own
            : facts.run().flatMap(run -> run.inputs().code()).orElse(own);
    if (lineage.gitCommit().isEmpty()) {
      return;
    }
    String commit = lineage.gitCommit().get();
    Map<String, String> more = new LinkedHashMap<>();
    lineage.gitBranch().ifPresent(branch -> more.put("branch", branch));
    more.put("changes", lineage.gitDirty() ? "not all committed" : "all committed");
    lineage.gitRemote().ifPresent(remote -> more.put("remote", remote));
    more.put("commit", commit);
    String id = "commit/" + commit;
    add(Kind.COMMIT, id, commit.substring(0, SHORT), more);
    edge(id, maker, "code of");
  }

  private void version() {
    ModelVersion is = facts.version();
    Map<String, String> more = new LinkedHashMap<>();
    more.put("registered", time(is.registration().atMs()));
    if (!is.particulars().reason().isEmpty()) {
      more.put("reason", is.particulars().reason());
    }
    more.put("by", is.registration().by());
    is.deletion().ifPresent(deletion -> more.put("deleted", time(deletion.atMs())));
    add(Kind.VERSION, version, is.reference(), more);
  }

  private void bundle() {
    String digest = facts.version().bundle();
    String id = "bundle/" + digest;
    add(Kind.BUNDLE, id, shortened(digest), Map.of("digest", "sha256:" + digest));
    edge(version, id, "is");
    int number = 0;
    for (SignatureFact signature : facts.signatures()) {
      number++;
      String signed = "signature/" + number;
      Map<String, String> more = new LinkedHashMap<>();
      more.put("verified", signature.publisher().isPresent() ? "yes" : "no");
      more.putAll(new TreeMap<>(signature.facts()));
      add(Kind.SIGNATURE, signed, signature.publisher().orElse("not verified"), more);
      edge(id, signed, "signed by");
    }
  }

  private void environment(Environment environment) {
    String id = "environment/" + environment.reference();
    Map<String, String> more = new LinkedHashMap<>();
    more.put("runtime", environment.spec().runtime().text());
    more.put("content", "sha256:" + environment.digest());
    add(Kind.ENVIRONMENT, id, environment.reference(), more);
    edge(version, id, "needs");
  }

  private void rollout(RolloutFact rollout) {
    String id = "rollout/" + rollout.id();
    Map<String, String> more = new LinkedHashMap<>();
    more.put("state", rollout.state().toLowerCase(Locale.ROOT));
    more.put("started", time(rollout.startedAtMs()));
    more.put("devices", String.valueOf(rollout.devices()));
    add(Kind.ROLLOUT, id, rollout.id(), more);
    edge(version, id, "rolled out by");
  }

  private void interval(IntervalFact interval) {
    String id = "interval/%s/%d".formatted(interval.device(), interval.fromMs());
    Map<String, String> more = new LinkedHashMap<>();
    more.put("from", time(interval.fromMs()));
    more.put("to", interval.toMs().isPresent() ? time(interval.toMs().getAsLong()) : "now");
    add(Kind.INTERVAL, id, interval.device(), more);
    String from =
        interval
            .rollout()
            .map(rollout -> "rollout/" + rollout)
            .filter(nodes::containsKey)
            .orElse(version);
    edge(from, id, "ran on");
  }

  private void edge(String from, String to, String verb) {
    edges.add(new Edge(from, to, verb));
  }

  private static String shortened(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? "" : text.substring(0, colon) + " ";
    String rest = text.substring(colon + 1);
    return kind
        + (rest.length() > SHORT && rest.matches("[0-9a-f]+") ? rest.substring(0, SHORT) : rest);
  }

  private static String time(long atMs) {
    return TIME.format(Instant.ofEpochMilli(atMs));
  }
}
