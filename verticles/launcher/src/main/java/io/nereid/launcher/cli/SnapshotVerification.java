package io.nereid.launcher.cli;

import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.client.Json;
import io.nereid.launcher.render.Figures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Has snapshots verified, one after the other, on each host that holds them. */
final class SnapshotVerification {
  /** As of a failure DIGEST_MISMATCH. */
  private static final int DAMAGED = 9;

  private final Shell shell;
  private final boolean json;
  private final boolean repair;

  SnapshotVerification(Shell shell, boolean json, boolean repair) {
    this.shell = shell;
    this.json = json;
    this.repair = repair;
  }

  /**
   * Verifies.
   *
   * @param refs empty for all that are within reach
   * @return the exit code
   */
  int verify(GatewayClient client, List<String> refs) {
    int code = 0;
    List<Doc> places = client.get("/v1/snapshots").at("snapshots").items();
    if (refs.isEmpty()) {
      for (Doc place : places) {
        code = worse(code, verify(client, place));
      }
      return code;
    }
    for (String ref : refs) {
      try {
        Doc found = client.get("/v1/snapshots/" + GatewayClient.segment(ref));
        String id = found.at("snapshot", "id").text();
        for (Doc place : places) {
          if (place.at("snapshot", "id").text().equals(id)) {
            code = worse(code, verify(client, place));
          }
        }
      } catch (FailureException e) {
        code = worse(code, Failures.report(shell, e.failure(), json));
      }
    }
    return code;
  }

  private static int worse(int code, int other) {
    return code == 0 ? other : code;
  }

  private int verify(GatewayClient client, Doc place) {
    String id = place.at("snapshot", "id").text();
    String holder = place.at("holder").text();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("node", holder);
    body.put("repair", repair);
    try {
      Doc accepted = client.post("/v1/snapshots/" + GatewayClient.segment(id) + "/verify", body);
      Doc job = JobWait.await(shell, json, client, accepted);
      Doc check = job.at("check");
      long damaged = check.at("damaged").number(0);
      long repaired = check.at("repaired").number(0);
      if (json) {
        shell.out().println(Json.text(job, true));
      } else {
        shell.out().println(Figures.clean(words(id, holder, check, damaged, repaired)));
      }
      shell.out().flush();
      return damaged == repaired ? 0 : DAMAGED;
    } catch (FailureException e) {
      return Failures.report(shell, e.failure(), json);
    }
  }

  private static String words(String id, String holder, Doc check, long damaged, long repaired) {
    String where = id + " on " + holder + ": ";
    String size = Figures.bytes(check.at("bytes").number(0));
    if (damaged == 0) {
      return where + "sound, " + size;
    }
    List<String> some = check.at("words").items().stream().map(Doc::text).toList();
    return where + damaged + " pieces damaged, " + repaired + " repaired, of " + size + ": " + some;
  }
}
