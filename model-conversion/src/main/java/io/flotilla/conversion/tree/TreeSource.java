package io.flotilla.conversion.tree;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.conversion.tree.codec.TopLevelKeys;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A kind of file that tells of trees. */
public enum TreeSource {
  /** XGBoost's model file in JSON, as {@code save_model("m.json")} writes it. */
  XGBOOST_JSON,
  /** XGBoost's dump in JSON, as {@code dump_model(f, dump_format="json")} writes it. */
  XGBOOST_DUMP_JSON,
  /** XGBoost's dump in text, as {@code dump_model(f)} writes it. */
  XGBOOST_DUMP_TEXT,
  /** LightGBM's text model, as {@code save_model} writes it. */
  LIGHTGBM_TEXT,
  /** LightGBM's dump in JSON, as {@code json.dump(booster.dump_model(), f)} writes it. */
  LIGHTGBM_JSON,
  /** A Tribuo model in protobuf, as {@code serializeToFile} writes it. */
  TRIBUO_MODEL;

  private static final int HEAD_BYTES = 256;
  private static final Map<String, TreeSource> BY_KEY =
      Map.of("learner", XGBOOST_JSON, "nodeid", XGBOOST_DUMP_JSON, "tree_info", LIGHTGBM_JSON);

  /**
   * Tells the kind of a file by its content.
   *
   * @throws FlotillaException {@code TREE_DUMP_INVALID} if it is none of these, saying how to save
   *     the model instead where that is known (XGBoost's UBJSON, serialised Java objects); {@code
   *     FILE_MISSING} or {@code STORAGE_FAILED} if it cannot be read
   */
  public static TreeSource detect(Path file) {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD_BYTES);
    } catch (IOException e) {
      throw StorageFailures.of("read " + file, e);
    }
    if (isJava(head)) {
      throw InvalidTree.of(
          "it is a serialised Java object, which is never read: save Tribuo models with"
              + " serializeToFile");
    }
    String start = new String(head, StandardCharsets.ISO_8859_1);
    if (start.startsWith("org.tribuo.", tribuoName(head))) {
      return TRIBUO_MODEL;
    }
    return text(start.stripLeading(), file);
  }

  private static TreeSource text(String start, Path file) {
    if (start.startsWith("tree\n") || start.startsWith("tree\r\n")) {
      return LIGHTGBM_TEXT;
    }
    if (start.startsWith("booster[") || start.startsWith("0:[") || start.startsWith("0:leaf=")) {
      return XGBOOST_DUMP_TEXT;
    }
    if (start.startsWith("[")) {
      return XGBOOST_DUMP_JSON;
    }
    if (!start.startsWith("{")) {
      throw unknown();
    }
    String inner = start.substring(1).stripLeading();
    if (!inner.isEmpty() && inner.charAt(0) != '"' && inner.charAt(0) != '}') {
      throw InvalidTree.of(
          "it looks like XGBoost's UBJSON, which is not read: save the model under a name that ends"
              + " in .json");
    }
    try {
      return TopLevelKeys.firstOf(Files.newInputStream(file), BY_KEY.keySet())
          .map(BY_KEY::get)
          .orElseThrow(TreeSource::unknown);
    } catch (IOException e) {
      throw StorageFailures.of("read " + file, e);
    }
  }

  private static boolean isJava(byte[] head) {
    return head.length > 1 && head[0] == (byte) 0xAC && head[1] == (byte) 0xED;
  }

  /** Where a class name would begin: after an optional version and the tag and length of a text. */
  private static int tribuoName(byte[] head) {
    int at = head.length > 1 && head[0] == 0x08 ? 2 : 0;
    return head.length > at && head[at] == 0x12 ? at + 2 : head.length;
  }

  private static FlotillaException unknown() {
    return InvalidTree.of(
        "it is no file of trees that is read: XGBoost's model as JSON or its dump as text or JSON,"
            + " LightGBM's model as text or its dump as JSON, or a Tribuo model as protobuf");
  }
}
