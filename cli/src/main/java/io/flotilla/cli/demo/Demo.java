package io.flotilla.cli.demo;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.retraining.BuiltInPipelines;
import io.flotilla.simulator.camera.Camera;
import io.flotilla.simulator.digits.DigitRow;
import io.flotilla.simulator.digits.Digits;
import io.flotilla.simulator.digits.DigitsSplit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/** One life of a model, told in chapters; each works on what the ones before left behind. */
final class Demo {
  private static final Duration ENROL_TIMEOUT = Duration.ofSeconds(60);
  private static final int MAX_WINDOWS_TO_DETECT = 3;
  private static final String ALL_DEVICES = "*";
  private static final Map<String, Integer> USUAL_HARDWARE =
      Map.of("CPU", 17, "simulated GPU", 2, "simulated FPGA", 1);

  private final DemoOptions options;
  private final DemoWorld world;
  private final Narrator narrator;
  private final Publishing publishing;
  private final CameraWatch watch;
  private final DigitsSplit digits;
  private final NavigableSet<String> blurred = new TreeSet<>();
  private final NavigableSet<String> dimmed = new TreeSet<>();
  private final NavigableSet<String> flagged = new TreeSet<>();
  private final List<DemoSummary.Refusal> refusals = new ArrayList<>();
  private int enrolled;
  private int controllerKills;
  private int windowsToDetect;
  private double dimmedBefore;
  private String trainingSet = "";

  Demo(DemoOptions options, DemoWorld world, Narrator narrator, SigningKey publisher) {
    this.options = options;
    this.world = world;
    this.narrator = narrator;
    this.publishing = new Publishing(world, publisher);
    this.watch = new CameraWatch(world, narrator);
    this.digits = Digits.load().split(options.seed());
  }

  /** Runs all chapters. */
  DemoSummary run() {
    startAndTrain();
    enrol();
    rollOutThroughAKill();
    watchHealthyCameras();
    degradeCameras();
    Json retrained = retrain();
    rollOutTheWinner(retrained);
    boolean cleared = waitForFlagsToClear();
    offerBadSuccessors(retrained.get("id").asText());
    return summary(retrained, cleared);
  }

  private void startAndTrain() {
    narrator.chapter("A controller starts, and a first model is trained, signed and registered");
    world.startController();
    narrator.line(
        "controller is up: API, store and %s",
        options.broker().map(uri -> "the broker at " + uri).orElse("embedded MQTT broker"));
    trainingSet = publishing.dataset("digits-train", digits.training());
    Json run =
        world.run(
            Json.object()
                .put("model", "digits")
                .put("pipeline", BuiltInPipelines.DIGITS_FIRST.yaml())
                .put("parameters", Json.object().put("seed", options.seed()))
                .put("inputs", Json.object().put("train", trainingSet)));
    Path bundle = publishing.unsignedBundle(run.get("id").asText(), "digits-1");
    Json version = publishing.signAndRegister(bundle, Map.of("stage", "production"));
    narrator.line(
        "digits:%d trained on %d rows of %s, bundle %.12s…, signed by %s",
        version.get("version").asInt(),
        digits.training().size(),
        trainingSet,
        version.get("bundle").asText(),
        version.get("publisher").asText());
  }

  private void enrol() {
    narrator.chapter("%d devices enrol".formatted(options.devices()));
    Json claims =
        world
            .api()
            .post(
                "/claims",
                Json.object()
                    .put("count", options.devices())
                    .put("ttlSeconds", 600)
                    .put("labels", Map.of("site", "lab")));
    world.startFleet(claims.get("claims").items().stream().map(Json::asText).toList());
    world.fleet().ask(command("enrol"), "enrolled", ENROL_TIMEOUT);
    world.fleet().ask(command("start"), "started", ENROL_TIMEOUT);
    List<Json> devices =
        world
            .until(
                "all devices online",
                () -> Json.of(world.api().list(ApiPath.of("devices"))),
                list ->
                    list.items().stream().filter(Demo::hasSaidHello).count() == options.devices())
            .items();
    enrolled = devices.size();
    Map<String, Integer> kinds = new TreeMap<>();
    for (Json device : devices) {
      Json best = device.get("hardware").get("accelerators").get(0);
      String kind =
          (best.get("simulated").asBoolean() ? "simulated " : "") + best.get("kind").asText();
      kinds.merge(kind, 1, Integer::sum);
    }
    if (options.devices() == DemoOptions.DEFAULT_DEVICES && !kinds.equals(USUAL_HARDWARE)) {
      throw new FlotillaException(
          ErrorCode.INTERNAL,
          "the fleet's hardware is %s, not %s".formatted(kinds, USUAL_HARDWARE));
    }
    narrator.line("one-time claims exchanged for certificates; hardware: %s", kinds);
  }

  private static boolean hasSaidHello(Json device) {
    return device.get("online").asBoolean() && device.get("hardware").isPresent();
  }

  private void rollOutThroughAKill() {
    narrator.chapter("digits:1 rolls out in waves, and the controller is killed in the middle");
    String rollout = startRollout(1, Json.array().add(wave("devices", 2)).add(wave("percent", 50)));
    world.until(
        "the second wave to be under way",
        () -> world.rollout(rollout),
        state -> isUnderWay(state.get("waves").get(1)));
    world.killController();
    controllerKills++;
    narrator.line("second wave under way: controller killed (SIGKILL)");
    world.startController();
    String state = world.rollout(rollout).get("state").asText();
    narrator.line("controller is back on the same folder; the rollout is %s by itself", state);
    if (!state.equals("RUNNING")) {
      throw new FlotillaException(ErrorCode.INTERNAL, "the kill came too late: " + state);
    }
    finishRollout(rollout);
    Json status = world.fleet().ask(command("status"), "status", ENROL_TIMEOUT);
    for (Json device : status.get("devices").items()) {
      Json outcomes = device.get("deployments").get("digits:1");
      if (!outcomes.equals(Json.object().put("COMMITTED", 1))) {
        throw new FlotillaException(
            ErrorCode.INTERNAL,
            "%s deployed digits:1 as %s, not once".formatted(device.get("id").asText(), outcomes));
      }
    }
    narrator.line("every device deployed digits:1 exactly once");
  }

  private static boolean isUnderWay(Json wave) {
    long begun =
        wave.get("devices").items().stream()
            .filter(device -> !device.get("state").asText().equals("PENDING"))
            .count();
    long done = succeeded(wave);
    return begun > 0 && done < wave.get("devices").size();
  }

  private static long succeeded(Json wave) {
    return wave.get("devices").items().stream()
        .filter(device -> device.get("state").asText().equals("SUCCEEDED"))
        .count();
  }

  private String startRollout(int version, Json firstWaves) {
    Json rollout =
        world
            .api()
            .post(
                "/rollouts",
                Json.object()
                    .put("model", "digits")
                    .put("version", version)
                    .put("selector", ALL_DEVICES)
                    .put("waves", firstWaves.add(wave("percent", 100)))
                    .put("maxFailures", 0)
                    .put("deploymentTimeoutSeconds", 60));
    return rollout.get("id").asText();
  }

  private void finishRollout(String id) {
    Json rollout =
        world.until(
            "rollout " + id,
            () -> world.rollout(id),
            state -> !state.get("state").asText().equals("RUNNING"));
    if (!rollout.get("state").asText().equals("COMPLETED")) {
      throw new FlotillaException(
          ErrorCode.INTERNAL,
          "rollout %s ended %s: %s"
              .formatted(id, rollout.get("state").asText(), rollout.get("reason").asText()));
    }
    rollout
        .get("waves")
        .items()
        .forEach(
            wave ->
                narrator.line(
                    "wave %d: %d of %d devices succeeded",
                    wave.get("index").asInt() + 1, succeeded(wave), wave.get("devices").size()));
  }

  private void watchHealthyCameras() {
    narrator.chapter("The cameras look at digits that no model was trained on");
    watch.feedThroughAKill(2);
    controllerKills++;
    NavigableSet<String> early = watch.flagged();
    narrator.line("%d devices flagged with healthy cameras", early.size());
    if (!early.isEmpty()) {
      throw new FlotillaException(ErrorCode.INTERNAL, "flagged without reason: " + early);
    }
  }

  private void degradeCameras() {
    List<String> ids = new ArrayList<>();
    world.api().list(ApiPath.of("devices")).forEach(device -> ids.add(device.get("id").asText()));
    Collections.sort(ids);
    Collections.shuffle(ids, new Random(options.seed()));
    blurred.addAll(ids.subList(0, options.blurredDevices()));
    dimmed.addAll(
        ids.subList(options.blurredDevices(), options.blurredDevices() + options.dimmedDevices()));
    Path champion = world.work("digits-1");
    double clean = CameraWatch.accuracy(champion, digits.holdout());
    dimmedBefore = CameraWatch.accuracy(champion, Camera.GAIN.see(digits.holdout()));
    narrator.chapter("%d cameras degrade".formatted(blurred.size() + dimmed.size()));
    narrator.line(
        "%s blur (3×3 mean), which hurts: digits:1 falls from %.3f to %.3f",
        blurred, clean, CameraWatch.accuracy(champion, blur(digits.holdout())));
    narrator.line(
        "%s lose light (gain 0.6), which hardly hurts: from %.3f to %.3f",
        dimmed, clean, dimmedBefore);
    watch.degrade(blurred, Camera.BLUR);
    watch.degrade(dimmed, Camera.GAIN);
    NavigableSet<String> expected = degraded();
    windowsToDetect = Integer.MAX_VALUE;
    for (int window = 1; window <= MAX_WINDOWS_TO_DETECT; window++) {
      watch.feed(1);
      if (windowsToDetect > window && watch.raised().containsAll(expected)) {
        windowsToDetect = window;
      }
    }
    flagged.addAll(watch.raised());
    watch.tellDrift();
  }

  private NavigableSet<String> degraded() {
    NavigableSet<String> all = new TreeSet<>(blurred);
    all.addAll(dimmed);
    return all;
  }

  private Json retrain() {
    narrator.chapter("A challenger is trained on captured, labelled rows");
    Json cohorts =
        world
            .api()
            .post(ApiPath.of("drift", "digits", "cohorts").toString(), Json.object())
            .get("cohorts");
    cohorts.names().forEach(name -> narrator.line("cohort %s: %s", name, cohorts.get(name)));
    String labels = world.work("labels.ndjson").toString();
    world.fleet().ask(command("labels").put("file", labels), "labels", ENROL_TIMEOUT);
    world.api().upload("/labels", "application/x-ndjson", Path.of(labels));
    Json captured = publishing.capturedDataset("digits-captured");
    Json request = retraining(captured);
    Json run = world.run(request);
    Json again = world.run(request.put("fresh", true));
    narrator.line(
        "trained on the base set and %d labelled captures; model %.12s…",
        captured.get("rows").asInt(), run.get("modelDigest").asText());
    if (!again.get("modelDigest").equals(run.get("modelDigest"))) {
      throw new FlotillaException(
          ErrorCode.NOT_REPRODUCIBLE, "the same inputs and seed gave two different models");
    }
    narrator.line("a second run, every step computed anew, gave the same bytes");
    tellCriteria(run);
    return run;
  }

  private Json retraining(Json captured) {
    return Json.object()
        .put("model", "digits")
        .put("pipeline", BuiltInPipelines.DIGITS_RETRAIN.yaml())
        .put("parameters", Json.object().put("seed", options.seed()))
        .put(
            "inputs",
            Json.object()
                .put("base", trainingSet)
                .put("captured", Publishing.reference(captured))
                .put("clean-holdout", publishing.dataset("digits-holdout-clean", digits.holdout()))
                .put(
                    "degraded-holdout",
                    publishing.dataset("digits-holdout-blurred", blur(digits.holdout()))))
        .put("champion", "digits:1");
  }

  private void tellCriteria(Json run) {
    run.get("criteria")
        .items()
        .forEach(
            criterion ->
                narrator.line(
                    "criterion %s: %.3f against %.3f, %s",
                    criterion.get("text").asText(),
                    criterion.get("actual").asDouble(),
                    criterion.get("bound").asDouble(),
                    criterion.get("holds").asBoolean() ? "holds" : "DOES NOT HOLD"));
  }

  private static List<DigitRow> blur(List<DigitRow> rows) {
    return Camera.BLUR.see(rows);
  }

  private void rollOutTheWinner(Json run) {
    narrator.chapter("The challenger takes over");
    if (!run.get("promoted").asBoolean()) {
      throw new FlotillaException(ErrorCode.INTERNAL, "the challenger failed its criteria: " + run);
    }
    Path bundle = publishing.unsignedBundle(run.get("id").asText(), "digits-2");
    Json version =
        publishing.signAndRegister(
            bundle, Map.of("stage", "production", "run", run.get("id").asText()));
    finishRollout(
        startRollout(
            version.get("version").asInt(),
            Json.array().add(wave("devices", 2)).add(wave("percent", 50))));
  }

  private boolean waitForFlagsToClear() {
    narrator.chapter("The degraded cameras go on, with a model and a baseline that know them");
    watch.feed(3);
    NavigableSet<String> left = watch.flagged();
    narrator.line("%d devices still flagged", left.size());
    return left.isEmpty();
  }

  private void offerBadSuccessors(String run) {
    narrator.chapter("A controller gone bad offers three successors; devices decide");
    for (Attack attack : Attack.values()) {
      Json version = publishing.registerAttack(attack, run);
      int number = version.get("version").asInt();
      String id = startRollout(number, Json.array().add(wave("devices", 1)));
      Json rollout =
          world.until(
              "rollout " + id,
              () -> world.rollout(id),
              state -> !state.get("state").asText().equals("RUNNING"));
      Json canary = rollout.get("waves").get(0).get("devices").get(0);
      String code = canary.get("code").asText();
      refusals.add(new DemoSummary.Refusal("digits:" + number, code));
      narrator.line(
          "digits:%d (%s): %s refused it as %s; rollout %s",
          number,
          attack.description(),
          canary.get("id").asText(),
          code,
          rollout.get("state").asText());
      if (!rollout.get("state").asText().equals("HALTED")) {
        throw new FlotillaException(ErrorCode.INTERNAL, "the rollout was not halted: " + rollout);
      }
    }
  }

  private DemoSummary summary(Json retrained, boolean cleared) {
    watch.drain();
    Json status = world.fleet().ask(command("status"), "status", ENROL_TIMEOUT);
    TreeMap<String, Long> active = new TreeMap<>();
    long made = 0;
    for (Json device : status.get("devices").items()) {
      active.merge(device.get("running").asText("none"), 1L, Long::sum);
      made += device.get("made").asLong();
    }
    Json predictions = world.api().get(ApiPath.of("predictions", "digits").toString());
    Json metrics = retrained.get("metrics");
    return new DemoSummary(
        new DemoSummary.Fleet(options.devices(), enrolled, active),
        new DemoSummary.Predictions(
            made, predictions.get("stored").asLong(), predictions.get("duplicates").asLong()),
        new DemoSummary.Drift(blurred, dimmed, flagged, windowsToDetect, cleared),
        new DemoSummary.Accuracy(
            metrics.get("champion.clean.accuracy").asDouble(),
            metrics.get("clean.accuracy").asDouble(),
            metrics.get("champion.degraded.accuracy").asDouble(),
            metrics.get("degraded.accuracy").asDouble(),
            dimmedBefore),
        retrained.get("promoted").asBoolean(),
        refusals,
        controllerKills,
        narrator.elapsedSeconds());
  }

  private static Json wave(String unit, int size) {
    return Json.object().put(unit, size);
  }

  private static Json command(String name) {
    return Json.object().put("cmd", name);
  }
}
