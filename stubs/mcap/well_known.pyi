class SchemaEncoding:
    Protobuf: str
    JSONSchema: str

class MessageEncoding:
    Protobuf: str
    JSON: str
