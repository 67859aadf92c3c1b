"""Confluent's client for Python, as a user of topics has it: `produce` writes visits in Avro, `consume` reads any topic in Avro."""

import json
import sys

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

command, brokers, registry, topic, count = sys.argv[1:6]
schemas = SchemaRegistryClient({"url": registry})


def produce(schema):
    # Java's partitioner, so that a key has the same partition whoever writes it.
    producer = Producer({"bootstrap.servers": brokers, "partitioner": "murmur2_random"})
    serialize = AvroSerializer(schemas, schema)
    context = SerializationContext(topic, MessageField.VALUE)
    for line in sys.stdin:
        visit = json.loads(line)
        producer.produce(topic, key=visit["id"], value=serialize(visit, context), timestamp=visit["at"])
    producer.flush()


def consume():
    settings = {"bootstrap.servers": brokers, "group.id": "python", "auto.offset.reset": "earliest"}
    consumer = Consumer({**settings, "isolation.level": "read_committed", "enable.auto.commit": False})
    consumer.subscribe([topic])
    deserialize = AvroDeserializer(schemas)
    context = SerializationContext(topic, MessageField.VALUE)
    read = 0
    while read < int(count):
        message = consumer.poll(20)
        if message is None:
            sys.exit(f"no message within 20 s, after {read}")
        if message.error():
            sys.exit(str(message.error()))
        record = deserialize(message.value(), context)
        record["eventTime"] = int(record["eventTime"].timestamp() * 1000)
        assert message.key().decode() == record["id"]
        print(json.dumps(record))
        read += 1
    consumer.close()


if command == "produce":
    produce(open(sys.argv[6], encoding="utf-8").read())
else:
    consume()
