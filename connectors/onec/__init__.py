"""1С (ЗУП, Зарплата и кадры государственного учреждения) over its standard OData v3: the staff."""
