"""The Python program that this one replaces, as far as it touches its table: through botocore, as boto3 does."""

import botocore.config
import botocore.session

from support.dynalite import KEYS

COUNTER = {"counter_id": {"S": "main_counter"}}
LAST_UPDATED = "2025-06-14T10:00:00.123456"  # local time without a zone


class Original:
    """A visit is a plain ADD, sent so many times at most until it is answered. Any thread."""

    def __init__(self, endpoint, table, attempts=1):
        self._table = table
        self._client = botocore.session.get_session().create_client(
            "dynamodb", region_name="local", endpoint_url=endpoint, aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            config=botocore.config.Config(retries={"total_max_attempts": attempts}, max_pool_connections=64))

    def create_table(self, key="counter_id"):
        self._client.create_table(
            TableName=self._table, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}])
        self._client.get_waiter("table_exists").wait(
            TableName=self._table, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    def visit(self):
        """The visit's number."""
        answer = self._client.update_item(
            TableName=self._table, Key=COUNTER, ReturnValues="UPDATED_NEW",
            UpdateExpression="ADD visit_count :one SET last_updated = :now",
            ExpressionAttributeValues={":one": {"N": "1"}, ":now": {"S": LAST_UPDATED}})
        return int(answer["Attributes"]["visit_count"]["N"])

    def delete(self):
        self._client.delete_item(TableName=self._table, Key=COUNTER)

    def record(self):
        """The item as the table has it."""
        return self._client.get_item(TableName=self._table, Key=COUNTER, ConsistentRead=True)["Item"]
