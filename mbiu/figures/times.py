"""How long the steps took that were reached on a day: SQL, one row for each area, step, role and length."""

from sqlalchemy import text

from mbiu.figures.answering import ROLE

# How long a receipt took counts from its own report, the rest from the first report of the incident. With a
# role, *alert* is when somebody of that class was first told, *acknowledged* the first promise of one of
# them, and *outcome* the end of an incident that they were told of.
TIMES = text(f"""
    SELECT area_path, exercise, restricted, step, role,
           CASE WHEN s < 100 THEN s
                ELSE round(s / 10 ^ (floor(log(s)) - 1)) * 10 ^ (floor(log(s)) - 1) END::integer AS seconds,
           count(*)::integer AS n
    FROM (
        SELECT area_path, exercise, restricted, step, role,
               greatest(0, floor(extract(epoch FROM took))) AS s FROM (
            SELECT report.area_path, report.exercise, report.restricted, 'receipt' AS step, '' AS role,
                   min(delivery.sent_at) - report.created_at AS took
                FROM report
                JOIN message ON message.report_id = report.id AND message.direction = 'out'
                JOIN delivery ON delivery.message_id = message.id
                WHERE report.created_at >= :since AND report.created_at < :until
                    AND delivery.kind = 'reply' AND delivery.sent_at IS NOT NULL
                GROUP BY report.id
            UNION ALL
            SELECT incident.area_path, incident.exercise, incident.restricted, step, role, reached - first.at
                FROM (
                    SELECT incident.id, 'verdict' AS step, '' AS role, min(decision.created_at) AS reached
                        FROM incident JOIN decision ON decision.incident_id = incident.id
                        WHERE incident.updated_at >= :since
                            AND decision.verdict IN ('verified', 'refuted', 'unverifiable')
                        GROUP BY incident.id HAVING min(decision.created_at) >= :since
                            AND min(decision.created_at) < :until
                    UNION ALL
                    SELECT incident_id, 'alert', '', min(created_at) FROM alert AS sent
                        WHERE created_at >= :since AND created_at < :until AND NOT EXISTS (
                            SELECT FROM alert WHERE alert.incident_id = sent.incident_id
                                AND alert.created_at < :since)
                        GROUP BY incident_id
                    UNION ALL
                    SELECT incident_id, 'acknowledged', '', acknowledged_at FROM alert
                        WHERE created_at >= :since - interval '14 days'
                            AND acknowledged_at >= :since AND acknowledged_at < :until
                    UNION ALL
                    SELECT id, 'outcome', '', closed_at FROM incident
                        WHERE updated_at >= :since AND closed_at >= :since AND closed_at < :until
                            AND state = 'closed'
                    UNION ALL
                    SELECT incident_id, 'alert', role, min(at) FROM (
                        SELECT alert.incident_id, {ROLE} AS role, delivery.created_at AS at FROM alert
                            JOIN delivery ON delivery.alert_id = alert.id
                            JOIN address ON address.id = delivery.address_id
                            JOIN contact ON contact.id = address.contact_id
                            WHERE alert.incident_id IN (
                                SELECT late.incident_id FROM delivery AS sent
                                    JOIN alert AS late ON late.id = sent.alert_id
                                    WHERE sent.created_at >= :since AND sent.created_at < :until)
                        ) AS told
                        GROUP BY incident_id, role HAVING min(at) >= :since AND min(at) < :until
                    UNION ALL
                    SELECT incident_id, 'acknowledged', role, min(at) FROM (
                        SELECT alert.id, alert.incident_id, {ROLE} AS role, response.created_at AS at
                            FROM alert
                            JOIN response ON response.alert_id = alert.id
                            JOIN contact ON contact.id = response.contact_id
                            WHERE alert.created_at >= :since - interval '14 days'
                                AND alert.created_at < :until
                                AND response.answer IN ('ack', 'go', 'done')
                        ) AS promised
                        GROUP BY id, incident_id, role HAVING min(at) >= :since AND min(at) < :until
                    UNION ALL
                    SELECT DISTINCT incident.id, 'outcome', {ROLE}, incident.closed_at FROM incident
                        JOIN alert ON alert.incident_id = incident.id
                        JOIN delivery ON delivery.alert_id = alert.id
                        JOIN address ON address.id = delivery.address_id
                        JOIN contact ON contact.id = address.contact_id
                        WHERE incident.updated_at >= :since AND incident.closed_at >= :since
                            AND incident.closed_at < :until AND incident.state = 'closed'
                    ) AS step
                JOIN incident ON incident.id = step.id
                CROSS JOIN LATERAL (
                    SELECT min(report.created_at) AS at FROM report WHERE report.incident_id = incident.id
                    ) AS first
                WHERE first.at IS NOT NULL) AS taken) AS rounded
    GROUP BY 1, 2, 3, 4, 5, 6
""")  # noqa: S608 - the role is a constant
